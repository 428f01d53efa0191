"""后台表单打开时的样子：藏在表单里，交上来时和现在的比，别人改了什么说得出来。"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ObjectDoesNotExist
from django.core.signing import BadSignature, dumps, loads
from django.db.models import Field, Model
from django.utils.crypto import salted_hmac

SALT = "admin-form-as-opened"
EMPTY = "（空）"
Values = dict[str, str | None]


@dataclass
class Opened:
    """which 是哪一条；values 是它自己各格的值；rows 是 下面的表 → {主键: (叫法, 各格的值)}，都写成文字。"""

    which: str
    values: Values
    rows: dict[str, dict[str, tuple[str, Values]]]
    model: type[Model] | None = None
    row_models: dict[str, type[Model]] | None = None
    secret: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, row: Model, names: Iterable[str], formsets: Iterable[Any], secret: tuple[str, ...]
    ) -> Self:
        rows, row_models = {}, {}
        for formset in formsets:
            shown, model = list(formset.form.base_fields), formset.model
            rows[formset.prefix] = {
                str(each.pk): (str(each), values_of(each, shown, ()))
                for each in formset.get_queryset()
            }
            row_models[formset.prefix] = model
        which = f"{row._meta.label_lower}:{row.pk}"
        values = values_of(row, names, secret)
        return cls(which, values, rows, type(row), row_models, secret)


def values_of(row: Model, names: Iterable[str], secret: tuple[str, ...]) -> Values:
    """各格的值写成文字；不是这个模型自己的格不看，secret 里的只留一个印记。"""
    fields, found = {field.name: field for field in row._meta.concrete_fields}, {}
    for name in names:
        if name not in fields:
            continue
        value = fields[name].value_from_object(row)
        text = None if value in (None, "") else fields[name].value_to_string(row)
        if name in secret and text is not None:
            text = salted_hmac(SALT, text).hexdigest()
        found[name] = text
    return found


def sealed(opened: Opened) -> str:
    """签了名的一段文字，放进表单。"""
    return dumps([opened.which, opened.values, opened.rows], salt=SALT, compress=True)


def unsealed(seal: str, now: Opened) -> Opened:
    """表单里藏着的；改动过的、别的表单的抛 BadSignature。"""
    which, values, rows = loads(seal, salt=SALT)
    if which != now.which:
        raise BadSignature(which)
    return Opened(which, values, rows)


def differences(before: Opened, now: Opened) -> list[str]:
    """打开以后变了什么，一样一句：“启用 是 → 否”。"""
    found = _changed(now.model, before.values, now.values, now.secret)
    for prefix, rows in now.rows.items():
        found += _rows_changed(now.row_models[prefix], before.rows.get(prefix, {}), rows)
    return found


def _rows_changed(model, before, now):
    word, found = model._meta.verbose_name, []
    for pk, (label, values) in now.items():
        if pk not in before:
            found.append(f"{word}“{label}”是新加的")
            continue
        changes = _changed(model, before[pk][1], values, ())
        if changes:
            found.append(f"{word}“{label}”{'，'.join(changes)}")
    gone = [label for pk, (label, _) in before.items() if pk not in now]
    return found + [f"{word}“{label}”已经删去" for label in gone]


def _changed(model, before, now, secret):
    """名字一样、值不一样的各格；只比两边都有的。"""
    found = []
    for name, new in now.items():
        if name not in before or before[name] == new:
            continue
        field = model._meta.get_field(name)
        words = (
            "改过" if name in secret else f"{worded(field, before[name])} → {worded(field, new)}"
        )
        found.append(f"{field.verbose_name} {words}")
    return found


def worded(field: Field, text: str | None) -> str:
    """一格的值说给人听：选项写选项的字，是否写是否，别的表里的写它的名字，空的写（空）。"""
    if text is None:
        return EMPTY
    if field.is_relation:
        try:
            return str(field.related_model._base_manager.get(pk=text))
        except ObjectDoesNotExist:
            return EMPTY
    value = field.to_python(text)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(dict(field.flatchoices).get(value, value))
