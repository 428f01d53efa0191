"""数据行：每张表一个 jsonl，一行一个数组，和数据库种类无关；读写都绕过信号和自动填的时间，原样进出。"""

import base64
import json
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

LEFT_OUT = {"sessions.session", "villages.session"}  # 登录状态不备份：恢复以后大家重新登录
CHUNK = 2000


def kept_models(apps):
    """要备份的模型：有自己的表、由迁移管着的。"""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return [m for m in found if not m._meta.proxy and not m._meta.swapped and m._meta.label_lower not in LEFT_OUT]


@contextmanager
def snapshot():
    """块里的查询走另一个连接，读到的都是同一刻的数据；别人照常写，谁也不等谁。

    SQLite（WAL）是一个延迟事务，PostgreSQL 是 REPEATABLE READ。
    """
    own = connections[DEFAULT_DB_ALIAS]
    second = own.copy()
    if own.vendor == "postgresql":
        from django.db.backends.postgresql.psycopg_any import IsolationLevel

        options = {"isolation_level": IsolationLevel.REPEATABLE_READ}
    else:
        options = {"transaction_mode": "DEFERRED"}
    second.settings_dict["OPTIONS"] = {**second.settings_dict.get("OPTIONS", {}), **options}
    connections[DEFAULT_DB_ALIAS] = second
    try:
        with transaction.atomic():
            yield
    finally:
        second.close()
        connections[DEFAULT_DB_ALIAS] = own


def columns_of(model):
    return [field.attname for field in model._meta.local_concrete_fields]


def dump(model):
    """一张表的行，从小号到大号：依次给出数组。"""
    query = model._base_manager.order_by("pk").values_list(*columns_of(model))
    return query.iterator(chunk_size=CHUNK)


def as_line(row):
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain).encode() + b"\n"


def _plain(value):
    if isinstance(value, (date, time)):  # datetime 也是 date；微秒和时区都留着
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    raise TypeError(f"备份不认识这种值：{type(value)}")


def empty(apps):
    """清空这些模型的表（连同登录状态），编号从头算。"""
    every = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy]
    tables = sorted({model._meta.db_table for model in every})
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
            cursor.execute(statement)


def load(model, columns, lines, renamed):
    """把 jsonl 的行写进一张表，返回行数；renamed 是换了名字的文件 {原名: 新名}。"""
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    ordered = [fields[name] for name in columns]
    batch, count = [], 0
    for line in lines:
        values = [_value(field, value, renamed) for field, value in zip(ordered, json.loads(line), strict=True)]
        batch.append(model(**dict(zip(columns, values, strict=True))))
        if len(batch) == CHUNK:
            count += _insert(model, ordered, batch)
            batch = []
    return count + _insert(model, ordered, batch)


def _value(field, value, renamed):
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.FileField):
        return renamed.get(value, value)
    return field.to_python(value)


def _insert(model, fields, batch):
    """raw=True：不走 save()，自动填的时间、默认值、信号都不动。"""
    size = connection.ops.bulk_batch_size(fields, batch) or 1
    for start in range(0, len(batch), size):
        model._base_manager._insert(batch[start : start + size], fields=fields, using=DEFAULT_DB_ALIAS, raw=True)
    return len(batch)


def reset_sequences(models_):
    """PostgreSQL 的编号接着最大的往下排；SQLite 自己会。"""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_):
            cursor.execute(statement)
