"""手写的 SQL：问一句，一行 → 一个对象。开一页要问几十句的地方用：现拼查询、现认列名比查的还慢。"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model


def fetched(sql: str, params: Mapping[str, Any] | None = None) -> list[tuple]:
    """sql 里写 %(名字)s。"""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


@cache
def columns(model: type[Model], table: str) -> str:
    """model 的各列，made 要的：“t."id", t."name"”；table 是 sql 里给它的名字。"""
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


def made(model: type[Model], values: Sequence[Any]) -> Any:
    """columns 取来的一行 → 一个对象。"""
    names, converters = _fields(model)
    values = list(values)
    for place, convert, column in converters:
        values[place] = convert(values[place], column, connection)
    return model.from_db(connection.alias, names, values)


def all_of(model: type[Model]) -> list[Any]:
    """一张小表的全部，照 Meta.ordering：村、方案，几乎每一页都要。"""
    return [made(model, row) for row in fetched(_listing(model))]


@cache
def _listing(model):
    order = []
    for name in model._meta.ordering:
        column = model._meta.get_field(name.removeprefix("-")).column
        order.append(f't."{column}"{" DESC" if name.startswith("-") else ""}')
    wanted = f"SELECT {columns(model, 't')} FROM {model._meta.db_table} t"  # noqa: S608 只有表名、列名
    return f"{wanted} ORDER BY {', '.join(order)}"


@cache
def _fields(model):
    """(各列的名字, 要换算的 [(第几列, 怎么换, 哪一列)])：和 ORM 取的时候换得一样。"""
    fields, converters = model._meta.concrete_fields, []
    for place, field in enumerate(fields):
        column = field.get_col(model._meta.db_table)
        known = connection.ops.get_db_converters(column) + column.get_db_converters(connection)
        converters += [(place, convert, column) for convert in known]
    return [field.attname for field in fields], converters
