"""考核项各行之间的规矩：大项要有、真是大项；数逾期的任务靠图斑量，常态工作由村里做；满分对不上的只提醒。"""

from decimal import Decimal

from tasks.models import Duty, ScoreItem, Target
from tasks.models.assessment import (
    Rule,
    done_by_town,
    not_a_section,
    nothing_overdue,
)
from tasks.models.score_marks import marks_doubts

NO_DUTY = "“{}”不是“常态工作”表里的代码。请改成表里的，或留空。"
NO_SECTION = "“{}”不是“考核项”表里的代码。请改成表里一个大项的代码，或留空。"


def check_score_items(check):
    final = {entry.key[0]: entry for entry in check.final("score_item")}
    targets = {entry.key[0]: entry.values for entry in check.final("target")}
    duties = {entry.key[0]: entry.values for entry in check.final("duty")}
    for entry in final.values():
        _check_section(check, entry, final)
    for entry in check.entries["score_item"]:
        values = check.full(entry)
        target = targets.get(values["target"])
        if target and values["counted"] and target["measured_by"] == Target.MeasuredBy.READINGS:
            check.report(entry, "target", nothing_overdue(target["name"]))
        _check_duty(check, entry, values["duty"], duties)
    _warn_of_marks(check, final)


def _check_duty(check, entry, code, duties):
    if code is None:
        return
    if code not in duties:
        check.report(entry, "duty", NO_DUTY.format(code))
    elif duties[code]["who"] != Duty.Who.VILLAGE:
        check.report(entry, "duty", done_by_town(duties[code]["name"]))


def _check_section(check, entry, final):
    """大项在文件里改成了别的、下面的不在文件里：报在大项那一行。"""
    code = entry.values["section"]
    if code is None:
        return
    section = final.get(code)
    if section is None and entry.row:
        check.report(entry, "section", NO_SECTION.format(code))
    elif section and section.values["rule"] != Rule.SECTION:
        told = entry if entry.row else section
        name = "section" if entry.row else "rule"
        if told.row:
            check.report(told, name, not_a_section(section.values["name"]))


def _warn_of_marks(check, final):
    """导入以后的全部考核项，满分加起来对不对；文件里没有这张表的不说。"""
    entries = check.entries["score_item"]
    if not entries or any(entry.row.bad for entry in entries):
        return
    items = {}
    for code, entry in final.items():
        values = entry.values
        full = Decimal(values["full"])
        given = {name: values[name] for name in ("name", "rule", "order", "outside")}
        items[code] = ScoreItem(code=code, full=full, **given)
    for code, item in items.items():
        item.section = items.get(final[code].values["section"])
    for doubt in marks_doubts(items.values()):
        sentence = f"{doubt}请核对，照此导入也可以。"
        check.document.note(entries[-1].row.sheet, sentence, level="WARNING")
