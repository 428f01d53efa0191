"""数据行：每张表一个 jsonl，一行一个数组，和数据库种类无关；读写都绕过信号和自动填的时间，原样进出。"""

import base64
import json
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from ipaddress import ip_address
from uuid import UUID

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction

from taiping.ground.addresses import sound_address
from taiping.ground.exact import ExactField
from taiping.operations.backup.fitting import REFUSALS, no_room, refused

LEFT_OUT = {"sessions.session", "villages.session"}  # 登录状态不备份：恢复以后大家重新登录
CHUNK = 2000


def kept_models(apps):
    """要备份的模型：有自己的表、由迁移管着的。"""
    found = []
    for model in _own_tables(apps):
        if not model._meta.swapped and model._meta.label_lower not in LEFT_OUT:
            found.append(model)
    return found


def _own_tables(apps):
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.managed and not model._meta.proxy]


def columns_of(model):
    return [field.attname for field in model._meta.local_concrete_fields]


def dump(model):
    """一张表的行，从小号到大号：依次给出数组。"""
    query = model._base_manager.order_by("pk").values_list(*columns_of(model))
    return query.iterator(chunk_size=CHUNK)


def as_line(row):
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain)
    # JSON 列里可以有半个字，json.loads 也这样读
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _plain(value):
    if isinstance(value, (date, time)):  # datetime 也是 date；微秒和时区都留着
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode()
    raise TypeError(f"备份不认识这种值：{type(value)}")


def json_nulls(model):
    """{字段: [编号]}：JSON 列里存着 null 的行。和“没有值”写成 jsonl 是一样的，所以另记；几乎总是空的。"""
    found = {}
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.JSONField):
            nulls = model._base_manager.filter(**{field.name: None})
            if keys := list(nulls.values_list("pk", flat=True)):
                found[field.attname] = keys
    return found


def empty(apps):
    """清空这些模型的表（连同登录状态），编号从头算。"""
    tables = sorted({model._meta.db_table for model in _own_tables(apps)})
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
            cursor.execute(statement)


def load(model, listed, lines, renamed):
    """把 jsonl 的行写进一张表，返回行数；listed 是清单里这张表的一项，renamed 是换了名字的文件 {原名: 新名}。

    JSON 记不住类型的（日期、小数、UUID、字节）还原，别的值原样，不做检查：数据库里有过的就装得回去。
    这里的数据库真存不下的，抛 DoesNotFit。
    """
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    ordered = [fields[name] for name in listed["columns"]]
    takers = [_taker(field, renamed) for field in ordered]
    put_json_nulls = _json_null_putter(ordered, listed.get("json_nulls", {}))
    batch = []
    count = 0
    for line in lines:
        batch.append(put_json_nulls(_row(model, ordered, takers, json.loads(line))))
        if len(batch) == CHUNK:
            count += _insert(model, ordered, batch)
            batch = []
    return count + _insert(model, ordered, batch)


def _row(model, fields, takers, values):
    taken = {}
    for field, take, value in zip(fields, takers, values, strict=True):
        try:
            taken[field.attname] = value if value is None or take is None else take(value)
        except REFUSALS as error:
            pk = dict(zip(fields, values, strict=True)).get(model._meta.pk)
            raise no_room(model, pk, field, value, "不是这一格该有的样子") from error
    return model(**taken)


def _json_null_putter(fields, nulls):
    """行 → 行：JSON 列里的 None 该是 JSON 的 null 的换过来，别的是“没有值”。不许空的列里只能是 null。"""
    keys = {
        field: set(nulls.get(field.attname, ()))
        for field in fields
        if isinstance(field, models.JSONField)
    }

    def put(row):
        for field, marked in keys.items():
            if getattr(row, field.attname) is None and (not field.null or row.pk in marked):
                setattr(row, field.attname, models.Value(None, models.JSONField()))
        return row

    return put


TAKEN_BACK = (
    (models.DateTimeField, datetime.fromisoformat),
    (models.DateField, date.fromisoformat),
    (models.TimeField, time.fromisoformat),
    (models.UUIDField, UUID),
    (models.BinaryField, base64.b64decode),
)


def _taker(field, renamed):
    """这一列的值怎么还原；原样的是 None。外键看它指着的那一列。"""
    if isinstance(field, models.FileField):
        return lambda name: renamed.get(name, name)
    if isinstance(field, models.GenericIPAddressField):
        return partial(_address, keyed=_is_keyed(field))
    while field.remote_field:
        field = field.target_field
    if isinstance(field, ExactField):
        return partial(_amount, field=field)
    if isinstance(field, models.DecimalField):
        return partial(_decimal, field=field)
    for kind, take in TAKEN_BACK:
        if isinstance(field, kind):
            return take
    return None


def _amount(text, field):
    value = Decimal(text)
    field.to_whole(value)
    return value


def _decimal(text, field):
    """位数多了 SQLite 也肯存，却再也读不出来，所以先照读的办法试一次；不是数的、无穷大也在这里拦下。"""
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    value.quantize(Decimal(1).scaleb(-field.decimal_places), context=field.context)
    return value


def _address(value, keyed):
    """以前存下的坏地址理成好的，理不成就空着；要求不重复的列里一律空着，免得理好以后撞上别的行。"""
    try:
        ip_address(value)
        if "%" not in value:
            return value
    except ValueError:
        pass
    return None if keyed else sound_address(value) or None


def _is_keyed(field):
    meta = field.model._meta
    groups = [
        *meta.unique_together,
        *(rule.fields for rule in meta.constraints if hasattr(rule, "fields")),
    ]
    return field.unique or any(field.name in group for group in groups)


def _insert(model, fields, batch):
    """raw=True：不走 save()，自动填的时间、默认值、信号都不动。"""

    def insert(rows):
        model._base_manager._insert(rows, fields=fields, using=DEFAULT_DB_ALIAS, raw=True)

    size = connection.ops.bulk_batch_size(fields, batch) or 1
    for start in range(0, len(batch), size):
        part = batch[start : start + size]
        try:
            with transaction.atomic():
                insert(part)
        except REFUSALS as error:
            raise refused(model, fields, part, insert, error) from error
    return len(batch)


def reset_sequences(models_):
    """PostgreSQL 的编号接着最大的往下排；SQLite 自己会。"""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_):
            cursor.execute(statement)
