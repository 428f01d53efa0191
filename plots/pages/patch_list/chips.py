"""把现在的筛选用话说出来，一个条件一条。"""

import re

from plots.ledger.as_of import COMPLETIONS
from taiping.ground.dates import long_date

GROUPS = {"on": ("on", "basis"), "milestone": ("milestone", "done")}  # 去掉一个时一起去掉的
LED_BY = {name: head for head, names in GROUPS.items() for name in names[1:]}
IN_NAME = {"target", "village", "on"}  # 文件名里已经有了的
# 各种系统的文件名不许用的，和断得开一行的
UNFIT = re.compile(r"[\s\x00-\x1f\x7f\\/:*?\"<>|]+")
LONGEST_NAME = 40  # 文件名里的条件最多这么多个字


def worded(filters):
    """[(参数名, 说法)]。"""
    return [
        (name, _word(filters, name, value))
        for name, value in filters.conditions.items()
        if _is_chip(filters, name)
    ]


def condition_of(filters):
    """导出的标题下面那一行：照什么筛的；没有筛的是空。"""
    words = [text for _, text in worded(filters)]
    return f"筛选：{'；'.join(words)}" if words else ""


def name_of(filters):
    """文件名里的条件：名字里还没有的那几条；没有的是空。"""
    words = [text for name, text in worded(filters) if name not in IN_NAME]
    if "on" in filters.conditions and "basis" in filters.conditions:
        words.append(filters.question.basis_text)
    text = UNFIT.sub("", "、".join(words))
    if len(text) > LONGEST_NAME:
        text = f"{text[: LONGEST_NAME - 1]}…"
    return f"_{text}" if text else ""


def _is_chip(filters, name):
    if name == "plan":
        return False  # 页头写着看的是哪一份，在那里换
    return LED_BY.get(name) not in filters.conditions


def _word(filters, name, value):
    field = filters.form.fields[name]
    if name == "on":
        return f"看 {long_date(value)}，{filters.question.basis_text}"
    if name == "changed":
        return f"从 {long_date(value)}起变了的"
    if name == "overdue":
        return "逾期"
    if name in ("short", "papers", "ordered"):
        return field.label
    if name == "actor":
        return dict(field.choices)[value]
    if name == "due":
        return f"{value} 天内截止"
    if name == "q":
        return f"含“{value}”"
    if name == "milestone":
        done = filters.conditions.get("done")
        return f"{dict(field.choices)[value]}{'：' + COMPLETIONS[done] if done else ''}"
    if name == "step":
        return f"下一步：{_step_word(field, value)}"
    if hasattr(field, "queryset"):
        return f"{field.label}：{value}"
    return f"{field.label}：{dict(field.choices)[value]}"


def _step_word(field, value):
    """下一步的选项按任务分了组。"""
    for group, steps in field.choices:
        if group and value in (names := dict(steps)):
            return names[value]
    return ""
