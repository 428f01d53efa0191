"""同样的镇只真造一次，以后照抄：again(TwoVillages) 和 TwoVillages() 得到的一样，只是快。

每个测试进程里第一次真的造，记下库里多了哪些行、上传文件夹里多了哪些文件；以后把这些行和文件原样放进去，
手上的镇也另给一份，谁改了都碍不着别人。库里已经有了别的东西时不抄，照旧真造。
"""

import pickle
import shutil
import tempfile
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from taiping import demo
from taiping.ground import dates
from tasks.models import Plan

ROWS_AT_ONCE = 200
worlds = {}  # (怎么造, 哪一天) → World
seeds = {}  # 表 → 迁移刚建好时的行


class Silent:
    """演示数据一边装一边说的话，测试里没有人听。"""

    def write(self, words):
        pass


def plan_2024():
    """fixtures 里的 2024 年方案。"""
    call_command("loaddata", "plan_2024", verbosity=0)
    return Plan.objects.get(year=2024)


def demo_2024():
    """2024 年方案和全部演示数据。"""
    plan = plan_2024()
    demo.load(Silent())
    return plan


def again(make, *args, **given):
    """和 make(*args, **given) 一样的镇。"""
    key = (make, args, tuple(sorted(given.items())), dates.today())
    if not is_empty():
        return make(*args, **given)
    if key not in worlds:
        rows, files = rows_now(), files_now()
        town = make(*args, **given)
        worlds[key] = World(town, added(rows), files_now() - files)
        return town
    return worlds[key].put()


class World:
    """造好的一个镇：手上的一份、库里的行、上传的文件。"""

    def __init__(self, town, tables, files):
        self.town, self.tables = pickle.dumps(town), tables
        self.files = [(name, self.keep(name)) for name in sorted(files)]

    @staticmethod
    def keep(name):
        copy = Path(tempfile.mkdtemp(dir=settings.DATA_DIR)) / "copy"
        return shutil.copyfile(Path(settings.MEDIA_ROOT) / name, copy)

    def put(self):
        put_rows(self.tables)
        for name, copy in self.files:
            place = Path(settings.MEDIA_ROOT) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy, place)
        return pickle.loads(self.town)


def remember_seeds():
    """库刚建好时叫一次。"""
    seeds.update(rows_now())


def put_seeds(*_):
    """补回迁移带来的数据，没有清空过的不动；比 Django 自己一条一条读回来快十倍。"""
    now = rows_now()
    put_rows({table: rows for table, rows in seeds.items() if now.get(table) != rows})


@cache
def tables():
    """{表: (主键的列, 全部的列)}；列照模型的先后，不照库里的：迁移退回去再来，库里的先后就变了。"""
    models = apps.get_models(include_auto_created=True)
    found = {
        model._meta.db_table: (
            model._meta.pk.column,
            [field.column for field in model._meta.local_concrete_fields],
        )
        for model in models
        if model._meta.managed and not model._meta.proxy
    }
    return dict(sorted(found.items()))


def rows_now():
    """{表: 全部的行}，没有行的表不写。"""
    found = {}
    with connection.cursor() as cursor:
        for table, (key, columns) in tables().items():
            cursor.execute(f'SELECT {named(columns)} FROM "{table}" ORDER BY "{key}"')
            if rows := cursor.fetchall():
                found[table] = [tuple(map(plain, row)) for row in rows]
    return found


def is_empty():
    """库里只有迁移带来的那些行。"""
    counts = ", ".join(f'(SELECT count(*) FROM "{table}")' for table in tables())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return list(cursor.fetchone()) == [len(seeds.get(table, ())) for table in tables()]


def named(columns):
    return ", ".join(f'"{column}"' for column in columns)


def plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def added(before):
    """{表: 多出来的行}；原来的行要一行不少、一个字没改。"""
    found = {}
    for table, rows in rows_now().items():
        old = set(before.get(table, ()))
        new = [row for row in rows if row not in old]
        assert len(rows) - len(new) == len(old), f"{table} 里原来的行变了，不能照抄"
        if new:
            found[table] = new
    return found


def put_rows(found):
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in found.items():
            for start in range(0, len(rows), ROWS_AT_ONCE):
                insert(cursor, table, rows[start : start + ROWS_AT_ONCE])
        skip_numbers(cursor, found)


def files_now():
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def insert(cursor, table, rows):
    key, columns = tables()[table]
    one = f"({', '.join(['%s'] * len(columns))})"
    many, values = ", ".join([one] * len(rows)), [value for row in rows for value in row]
    over = ", ".join(f'"{column}" = excluded."{column}"' for column in columns)
    cursor.execute(
        f'INSERT INTO "{table}" ({named(columns)}) VALUES {many}'
        f' ON CONFLICT ("{key}") DO UPDATE SET {over}',
        values,
    )


def skip_numbers(cursor, filled):
    """PostgreSQL 的编号从已有的后面接着发；SQLite 自己会。"""
    if connection.vendor != "postgresql":
        return
    moves = [
        f'setval(\'{sequence}\', greatest((SELECT max("{key}") FROM "{table}"),'
        f" (SELECT last_value FROM {sequence})))"
        for table, (key, _) in tables().items()
        if table in filled and (sequence := sequence_of(table, key))
    ]
    if moves:
        cursor.execute(f"SELECT {', '.join(moves)}")


@cache
def sequence_of(table, key):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', key])
        return cursor.fetchone()[0]
