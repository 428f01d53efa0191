"""哪一格存不下：数据库不收一批行时，找出是哪张表、哪一行、哪一格、什么值，说成一句话。"""

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, ProgrammingError, connection, models, transaction
from django.db.models import Exists, OuterRef

from taiping.operations.backup.archive import ArchiveError
from taiping.operations.logs import masked

# 这一行自己的错；磁盘满、连接断（OperationalError）不在里面
REFUSALS = (
    DataError,
    IntegrityError,
    ProgrammingError,
    ValidationError,
    ValueError,
    TypeError,
    ArithmeticError,
)
SHOWN_CHARS = 40
ADVICE = "请在做备份的那个系统里改好这一行，再备份一次。"


class DoesNotFit(ArchiveError):
    """有一个值这里的数据库存不下；str() 写明在哪里。"""


def no_room(model, pk, field, value, reason):
    """“图斑”表（plots.patch）编号 7 的“顺序”…"""
    return DoesNotFit(
        f"{_row(model, pk)}的“{field.verbose_name}”{reason}，存不下：{_shown(value)}。{ADVICE}"
    )


def _row(model, pk):
    return f"“{model._meta.verbose_name}”表（{model._meta.label_lower}）编号 {pk} 那一行"


def _shown(value):
    """值的头几十个字，看不见的字写成 \\x00 的样子，电话照样遮住。"""
    text = value if isinstance(value, str) else str(value)
    text = masked(text[: SHOWN_CHARS + 20])
    shown = "".join(map(_visible, text[:SHOWN_CHARS]))
    return f"“{shown}{'…' if len(text) > SHOWN_CHARS else ''}”"


def _visible(letter):
    return letter if letter.isprintable() else ascii(letter)[1:-1]


def refused(model, fields, batch, insert, error):
    """insert 不收 batch：一行一行试出是哪一行，再看是哪一格。"""
    for row in batch:
        try:
            with transaction.atomic():
                insert([row])
        except REFUSALS as found:
            return _explained(model, fields, row, found)
    return DoesNotFit(
        f"“{model._meta.verbose_name}”表（{model._meta.label_lower}）存不下：{_words(error)}。{ADVICE}"
    )


def _explained(model, fields, row, error):
    for field in fields:
        value = getattr(row, field.attname)
        if reason := _misfit(field, value):
            return no_room(model, row.pk, field, value, reason)
    return DoesNotFit(f"{_row(model, row.pk)}存不下：{_broken_rule(model, error)}。{ADVICE}")


def _misfit(field, value):
    """这一格为什么存不下；看不出来是空。"""
    if value is None:
        return "" if field.null else "是空的，这一格不许空"
    while field.remote_field:
        field = field.target_field
    if isinstance(field, models.JSONField):
        reasons = (_bad_text(text) for text in _texts(value))
        return next(filter(None, reasons), "")
    if isinstance(value, str):
        return _bad_text(value) or _too_long(field, value)
    if isinstance(field, models.IntegerField):
        low, high = connection.ops.integer_field_range(field.get_internal_type())
        return "" if low <= value <= high else f"不在 {low} 到 {high} 之间"
    return ""


def _texts(value):
    """JSON 里的每一段文字，连名字。"""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from (name, *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _bad_text(text):
    if "\0" in text and connection.vendor == "postgresql":
        return "里有一个看不见的空字符（NUL）"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "里有半个字（不成对的代理码）"
    return ""


def _too_long(field, text):
    if connection.vendor == "postgresql" and field.max_length and len(text) > field.max_length:
        return f"有 {len(text)} 个字，最多 {field.max_length} 个"
    return ""


def _broken_rule(model, error):
    """违反了哪条规则：模型里写着话的照说，否则把数据库的话带上。"""
    words = _words(error)
    for rule in model._meta.constraints:
        if rule.name in words:
            sentence = rule.violation_error_message.rstrip("。")
            if rule.violation_error_message == rule.default_violation_error_message:
                sentence = "不合规则"
            return f"{sentence}（{rule.name}）"
    if "unique" in words.lower():
        return f"和另一行重复（{words}）"
    return words


def _words(error):
    if not str(error):
        return type(error).__name__
    return masked(str(error)[:400].splitlines()[0])


def check_references(kept):
    """外键都指得到；指不到的说出是哪一行。"""
    try:
        with transaction.atomic():
            connection.check_constraints()
    except IntegrityError as error:
        raise _dangling(kept) or DoesNotFit(
            f"有一行指着不存在的数据：{_words(error)}。{ADVICE}"
        ) from error


def _dangling(kept):
    for model in kept:
        links = [f for f in model._meta.local_concrete_fields if f.remote_field and f.db_constraint]
        for field in links:
            there = field.related_model._base_manager.filter(
                **{field.target_field.attname: OuterRef(field.attname)}
            )
            rows = model._base_manager.filter(~Exists(there), **{f"{field.name}__isnull": False})
            if found := rows.values_list("pk", field.attname).first():
                return no_room(model, found[0], field, found[1], "指着不存在的数据")
    return None
