"""方案各部分合在一起的规矩，和用起来以后什么不能再改。

后台（Model.clean）和导入方案都来这里问，所以说的是同样的话。这里只看给它的东西，不查库。
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # 表来问这里，只为写明类型
    from tasks.models.targets import Milestone

LARGEST_ORDER = 32767  # “顺序”那一格最大的数
ALL_KINDS_OF_COUNT = (
    "靠监测量的任务只看监测数，不看个数：请把“任务个数”留空。要按个数量的，用任务数，单位写个。"
)


class Problem(NamedTuple):
    """哪一步（方案自己的日期不对时是 None）、哪一格、一句话。"""

    step: "Milestone | None"
    field: str
    sentence: str


def in_order(steps: Iterable["Milestone"]) -> list["Milestone"]:
    return sorted(steps, key=lambda step: step.order)


def step_problems(steps: Iterable["Milestone"]) -> list[Problem]:
    """一项任务的全部步骤：截止日期沿着顺序只能往后（没定截止日期的不参加比较），名称各不相同。"""
    problems, named, before = [], {}, None
    for step in in_order(steps):
        if step.name and step.name in named:
            sentence = f"第 {named[step.name]} 步也叫“{step.name}”，同一任务的步骤名称要各不相同，请换一个。"
            problems.append(Problem(step, "name", sentence))
        named.setdefault(step.name, step.order)
        if step.due_on is None:
            continue
        if before and step.due_on < before.due_on:
            sentence = (
                f"“{step.name}”在“{before.name}”之后，截止日期 {step.due_on} 却早于它的 "
                f"{before.due_on}。请改日期，或改顺序。"
            )
            problems.append(Problem(step, "due_on", sentence))
        else:
            before = step
    return problems


def place_problems(
    before: Iterable["Milestone"], after: Iterable["Milestone"], used: Collection[int]
) -> list[Problem]:
    """有了整改记录的步骤（used 是它们的主键），彼此的先后不能再改；没有记录的可以插、可以挪。"""
    now = [step for step in in_order(after) if step.pk in used]
    kept = {step.pk for step in now}
    was = [step for step in in_order(before) if step.pk in used and step.pk in kept]
    for new, old in zip(now, was, strict=True):
        if new.pk != old.pk:
            sentence = (
                f"“{old.name}”和“{new.name}”都已经有整改记录，先后不能再改。"
                "要加步骤，在它们前面、中间、后面插一步。"
            )
            return [Problem(new, "order", sentence)]
    return []


def deadline_problem(step: "Milestone", starts_on: date, ends_on: date) -> Problem | None:
    """截止日期要在方案的起止日期以内；没定截止日期的不用看。"""
    if step.due_on is None or starts_on <= step.due_on <= ends_on:
        return None
    sentence = (
        f"“{step.name}”的截止日期 {step.due_on} 不在方案的起止日期"
        f"（{starts_on} 至 {ends_on}）之内。请改其中一个。"
    )
    return Problem(step, "due_on", sentence)


def period_problems(
    starts_on: date, ends_on: date, steps: Sequence["Milestone"], days: Iterable[date]
) -> list[Problem]:
    """方案的起止日期要包住各步的截止日期，和已有的记录的日期（days，见 Plan.days_in_use）。"""
    problems = []
    for step in steps:
        if problem := deadline_problem(step, starts_on, ends_on):
            field = "starts_on" if step.due_on < starts_on else "ends_on"
            problems.append(Problem(None, field, problem.sentence))
    days = sorted(days)
    if days and days[0] < starts_on:
        sentence = (
            f"{days[0]} 已经有整改记录、监测数、履职记录或评分，开始日期 {starts_on} 不能晚于这天。"
        )
        problems.append(Problem(None, "starts_on", sentence))
    if days and days[-1] > ends_on:
        sentence = (
            f"{days[-1]} 已经有整改记录、监测数、履职记录或评分，结束日期 {ends_on} 不能早于这天。"
        )
        problems.append(Problem(None, "ends_on", sentence))
    return problems


def fixed_measure(name: str, *, patches: bool, readings: bool) -> str:
    """“靠什么量”还能不能改：已经有图斑、监测数的不能，是一句话；能是空文字。"""
    if not (patches or readings):
        return ""
    has = "图斑" if patches else "监测数"
    return f"“{name}”已经有{has}，“靠什么量”不能再改，请改回原来的。"


def fixed_plan(name: str, *, patches: bool, readings: bool) -> str:
    if not (patches or readings):
        return ""
    has = "图斑" if patches else "监测数"
    return f"“{name}”已经有{has}，不能换到别的方案。"


def fixed_target(name: str, target: str) -> str:
    return f"“{target}”已经有图斑，它的步骤“{name}”不能换到别的任务。"
