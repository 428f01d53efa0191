"""进度的文字形式：命令行的 JSON 和表格。数都出自 progress，这里只改写法。"""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.conf import settings

from taiping.ground.area import figure, rounded
from taiping.progress.figures import Owed, Progress, TargetFigures
from taiping.progress.rates import ratio
from taiping.progress.village_readings import VillageReading, decimals_of
from taiping.progress.words import verdict


def as_json(progress: Progress) -> dict[str, Any]:
    """progress → 可以直接 json.dumps 的字典；数量是按任务小数位的文字，日期是 ISO，没有的是 None。"""
    return {
        "town": settings.TOWN_NAME,
        "plan": progress.plan.year,
        "plan_code": progress.plan.code,
        "as_of": progress.on.isoformat(),
        "basis": progress.basis,
        "targets": [_target(figures) for figures in progress.targets],
        "overdue_count": progress.overdue_count,
        "overdue_by": overdue_by(progress.owed),
    }


def overdue_by(owed: Owed) -> dict[str, int]:
    """逾期的图斑该谁办：{"village": 个, "town": 个, "district": 个}。"""
    return {"village": owed.village, "town": owed.town, "district": owed.district}


def _target(figures):
    target, empty = figures.target, figures.is_empty
    places = figures.decimals if target.by_patches else decimals_of(figures)

    def amount(value, decimals=figures.decimals):
        return None if value is None else format(rounded(value, decimals), "f")

    def done(value, decimals=figures.decimals):
        return None if empty else amount(value, decimals)  # 还没有图斑，不是做了 0 亩

    return {
        "code": target.code,
        "name": target.name,
        "parent": target.parent.code if target.parent_id else None,
        "kind": target.kind,
        "unit": target.unit,
        "quota": amount(figures.quota),
        "quota_count": figures.quota_count,
        "reported": done(figures.reported),
        "confirmed": done(figures.confirmed),
        "reported_count": figures.reported_count,
        "confirmed_count": figures.confirmed_count,
        "exempt": amount(figures.exempt),
        "exempt_count": figures.exempt_count,
        "deferred_count": figures.deferred_count,
        "relapsed_count": figures.relapsed_count,
        "carried": amount(figures.carried),
        "carried_count": figures.carried_count,
        "brought": amount(figures.brought),
        "brought_count": figures.brought_count,
        "patch_count": figures.patch_count,
        "short_count": figures.short_count,
        "short": amount(figures.short_area),
        "overdue_by": overdue_by(figures.owed),
        "state": figures.state.value,
        **({} if target.by_patches else _measured(figures, amount)),
        "reason": figures.reason,
        "milestones": [
            {
                "code": row.milestone.code,
                "name": row.milestone.name,
                "due_on": row.milestone.due_on and row.milestone.due_on.isoformat(),
                "actor": row.milestone.actor,
                "quota": amount(row.milestone.quota),
                "quota_count": row.milestone.quota_count,
                "reached": done(row.reached),
                "reached_count": row.reached_count,
                "on_time": done(row.on_time),
                "on_time_count": row.on_time_count,
                "late": done(row.late),
                "late_count": row.late_count,
                "overdue_count": row.overdue_count,
                "overdue_by": overdue_by(row.owed),
                "state": row.state.value,
                "reason": row.reason,
                "forecast_on": _forecast_day(row),
            }
            for row in figures.milestones
        ],
        "villages": [
            {
                "name": row.village.name,
                "quota": amount(row.quota, places),
                "quota_count": row.quota_count,
                "quota_most": amount(row.quota_most, places),
                "quota_count_most": row.quota_count_most,
                "reported": done(row.reported, places),
                "confirmed": done(row.confirmed, places),
                "reported_count": row.reported_count,
                "confirmed_count": row.confirmed_count,
                "overdue_count": row.overdue_count,
                "overdue_by": overdue_by(row.owed),
                "carried_count": row.carried_count,
                **({} if target.by_patches else _village_reading(figures, row)),
            }
            for row in figures.villages
        ],
    }


def _measured(figures, amount):
    """靠监测的另有：在用的监测，截止已过还没有报数的是哪几步（代码）。"""
    silent = [row.milestone.code for row in figures.silent]
    return {"reading": _reading(figures, amount), "silent": silent}


def _village_reading(figures, row):
    """一个村的：哪天的数，占分到的几成（0.9），该村里做的过了截止的是哪一步、过了几天，是不是还没有报数。"""
    cell = VillageReading(figures.target, row, figures.on, figures.decimals)
    share = ratio(cell.value, cell.quota)
    return {
        "read_on": row.read_on and row.read_on.isoformat(),
        "share": None if share is None else format(share, "f"),
        "late_step": cell.late_step and cell.late_step.code,
        "days_late": cell.days_late,
        "silent": cell.is_silent,
    }


def _reading(figures, amount):
    """在用的监测：哪天的、是不是全镇自己的数、报了几个村；没有报齐的合计写在 value 里，不一定算数（底线不算）。"""
    measured = figures.reading
    if measured is None:
        return None
    return {
        "on": measured.on.isoformat(),
        "value": amount(measured.value),
        "is_town": measured.is_town,
        "is_partial": measured.is_partial,
        "villages_reported": measured.villages,
        "villages": measured.of,
    }


def _forecast_day(row):
    """按近14天进度哪天能完成；推算不出、已经完成的是 None。"""
    ahead = row.forecast
    return ahead.done_on.isoformat() if ahead and ahead.done_on else None


def as_table(progress: Progress) -> str:
    """progress → 终端里对齐的几行字：一句话、每项任务一行、每个节点一行。"""
    lines = [verdict(progress), ""]
    for figures in progress.targets:
        target = figures.target

        def amount(value, figures=figures):
            if value is None or figures.is_empty:
                return "—"
            return f"{figure(value, figures.decimals)} {figures.target.unit}"

        lines.append(
            f"{padded(target.listed_name, 26)}{padded(figures.state.label, 10)}"
            f"任务数 {padded(quota_words(figures), 20)}{done_words(figures, amount)}"
            f"{counts_words(figures)}{owed_words(figures.owed)}  {figures.reason}"
        )
        for row in figures.milestones:
            due = row.due_on.isoformat() if not row.undated else "没定截止日期  "
            lines.append(
                f"    {padded(row.milestone.name, 14)}{due}  {padded(row.state.label, 10)}"
                f"完成 {padded(amount(row.reached), 14)}"
                + (f"{row.reached_count} 个" if target.by_patches else "")
                + (f"，逾期 {row.overdue_count} 个" if row.overdue_count else "")
                + owed_words(row.owed)
                + f"  {row.reason}"
            )
    return "\n".join(line.rstrip() for line in lines)


def done_words(figures: TargetFigures, amount: Callable[[Decimal | None], str]) -> str:
    """“核实 608.00 亩  上报 608.00 亩”；靠监测的只有一个数。"""
    if not figures.target.by_patches:
        return f"监测 {padded(amount(figures.confirmed), 14)}"
    return (
        f"核实 {padded(amount(figures.confirmed), 14)}上报 {padded(amount(figures.reported), 14)}"
    )


def counts_words(figures: TargetFigures) -> str:
    """核实、上报、图斑的个数，有核减、暂缓的也写上；靠监测的任务是空。"""
    if not figures.target.by_patches:
        return ""
    text = f"个数 {figures.confirmed_count}/{figures.reported_count}/{figures.patch_count}"
    text += f"，核减 {figures.exempt_count} 个" if figures.exempt_count else ""
    text += f"，暂缓 {figures.deferred_count} 个" if figures.deferred_count else ""
    text += f"，已结转 {figures.carried_count} 个" if figures.carried_count else ""
    return text + (f"，结转来 {figures.brought_count} 个" if figures.brought_count else "")


def owed_words(owed: Owed) -> str:
    """“（村该办 3 个、镇该办 1 个）”；没有逾期的是空。"""
    parts = "、".join(f"{label} {number} 个" for _, label, number in owed.parts)
    return f"（{parts}）" if parts else ""


def quota_words(figures: TargetFigures) -> str:
    parts = (
        []
        if figures.quota is None
        else [f"{figure(figures.quota, figures.decimals)} {figures.target.unit}"]
    )
    if figures.quota_count is not None:
        parts.append(f"{figures.quota_count} 个")
    return "、".join(parts) or "未定"


def padded(text: str, width: int) -> str:
    """按显示宽度补空格：一个汉字占两格。"""
    shown = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(1, width - shown)
