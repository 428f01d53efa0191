"""成批写图斑和更正：十万行时比 bulk_create、bulk_update 少用一大半时间，占写锁的时间少一个数量级。

要写的行先摆进一张临时表，不碰正式的表，别人照常存；都摆好了，一条语句写进去或改过来。
SQLite 一次摆一千行；PostgreSQL 用 COPY，不用一个个值地拼和解析。
"""

import io
import json
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count, islice

from django.db import DatabaseError, connection

from plots.models import Patch
from taiping.ground.area import MuField, to_millionths

ROWS = 1000  # 一次摆的行数：乘上列数不能超过 SQLite 一条语句 32766 个值
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_numbers = count(1)


class Laid:
    """摆在临时表里的行，等着一次写进 target 这张表（图斑、更正的记录）。"""

    def __init__(self, table, columns, target):
        self.table, self.columns, self.target = table, columns, target

    def insert(self):
        """新增这些行。"""
        columns = ", ".join(self.columns)
        _run(f"INSERT INTO {self.target} ({columns}) SELECT {columns} FROM {self.table}")  # noqa: S608 名字来自模型

    def update(self):
        """改写已有的行：id 说是哪一行，别的列改成摆着的值。"""
        changes = ", ".join(
            f"{name} = {self.table}.{name}" for name in self.columns if name != "id"
        )
        same = f"{self.target}.id = {self.table}.id"
        _run(f"UPDATE {self.target} SET {changes} FROM {self.table} WHERE {same}")  # noqa: S608 同上


@contextmanager
def laid(rows, *, model=Patch, tick=None):
    """把 rows 摆进临时表，给出 Laid；块结束时收走。rows 至少一行，都是 model 的，可以摆一段才造一段。

    每行一个 {字段名: 值}，外键给主键，各行的字段都一样；tick(摆了多少行) 报进度。
    """
    rows, done = iter(rows), 0
    part = list(islice(rows, ROWS))
    fields = [model._meta.get_field(name) for name in part[0]]
    target = model._meta.db_table
    columns = [field.column for field in fields]
    table = f"incoming_rows_{next(_numbers)}"
    lay = _copy if connection.vendor == "postgresql" else _list
    _run(f"CREATE TEMP TABLE {table} AS SELECT {', '.join(columns)} FROM {target} LIMIT 0")  # noqa: S608 名字来自模型
    try:
        put = lay(table, fields)
        while part:
            put(part)
            done += len(part)
            if tick:
                tick(done)
            part = list(islice(rows, ROWS))
        yield Laid(table, columns, target)
    finally:
        with suppress(DatabaseError):  # 连接已经断了的，临时表也跟着没了
            _run(f"DROP TABLE {table}")


def _run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _list(table, fields):
    """一段行 → 临时表：值一个个列在语句里。"""
    one = f"({', '.join(['%s'] * len(fields))})"
    prepare = [(field.name, _preparing(field)) for field in fields]

    def put(part):
        values = [
            ready(row[name]) if ready else row[name] for row in part for name, ready in prepare
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} VALUES {', '.join([one] * len(part))}", values)  # noqa: S608 同上

    return put


def _copy(table, fields):
    """一段行 → 临时表：COPY 的文字。"""
    prepare = [(field.name, _as_copied(field)) for field in fields]

    def put(part):
        lines = ["\t".join([ready(row[name]) for name, ready in prepare]) for row in part]
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(
                f"COPY {table} FROM STDIN", io.StringIO("\n".join(lines) + "\n")
            )

    return put


def _preparing(field):
    """存进数据库以前要换算的字段（面积、日期、JSON）才换算，文字和主键原样。"""
    if isinstance(field, MuField):
        return to_millionths
    if field.get_internal_type() in ("CharField", "ForeignKey", "BooleanField", "BigAutoField"):
        return None
    if field.get_internal_type() == "JSONField":
        return lambda value: json.dumps(value, cls=field.encoder)
    return lru_cache(maxsize=1000)(
        lambda value: field.get_db_prep_save(value, connection)
    )  # 录入时间每行都一样


def _as_copied(field):
    """一个值在 COPY 里的写法：没有值是 \\N，文字里的制表符、换行、反斜杠要转义。"""
    if isinstance(field, MuField):
        return lambda value: str(to_millionths(value))
    if field.get_internal_type() == "JSONField":
        return lambda value: json.dumps(value, ensure_ascii=False, cls=field.encoder).translate(
            ESCAPED
        )
    if field.get_internal_type() == "CharField":
        return lambda value: (
            value.translate(ESCAPED) if "\\" in value or not value.isprintable() else value
        )
    return lambda value: "\\N" if value is None else str(value)
