"""演示监测哪几天录、录多少：只算，不写库。底线看季度末；工作量看各步的时段和要到的数，一次比一次多。"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from taiping.demo.table import Spread, table
from taiping.demo.timelines import steps_of
from taiping.ground.area import rounded
from tasks.models import Plan, Target

MANY_STEPS = 12  # 步骤比这还多的（如一周一步），一步只录一次
WITHOUT_QUOTA = (8, 30)  # 没有定数的，一次多这么多


@dataclass(frozen=True)
class Point:
    """一次：哪天、多少；is_even 是各村一样快，不是的有一个村慢些。"""

    on: date
    value: Decimal
    is_even: bool = False


def floor_points(target: Target) -> list[Point]:
    """底线：季度末各一次；没有定线的、线是 0 的没有。"""
    if not target.quota:
        return []
    shares = [Decimal(share) for share in table()["readings"]["quarters"].values()]
    points = []
    for place, on in enumerate(quarter_ends(target.plan)):
        value = target.quota * (1 + shares[min(place, len(shares) - 1)])
        points.append(Point(on, rounded(value, target.decimals), is_even=True))
    return points


def quarter_ends(plan: Plan) -> list[date]:
    """方案起止日期里的季度末；一个也没有的短方案，四等分。"""
    days = []
    for year in range(plan.starts_on.year, plan.ends_on.year + 1):
        days += [date.fromisoformat(f"{year}-{day}") for day in table()["readings"]["quarters"]]
    within = [day for day in days if plan.starts_on <= day <= plan.ends_on]
    whole = plan.ends_on - plan.starts_on
    return within or [plan.starts_on + whole * part // 4 for part in range(1, 5)]


def work_points(target: Target, outcome: str, spread: Spread) -> list[Point]:
    """工作量：照表里这个结局，每一步的时段走到百分之几的那天，做到从上次的数到这一步要到的数的几成。"""
    steps = steps_of(target.plan, list(target.milestones.all()))
    told = table()["readings"]["outcomes"][outcome]
    told = told[-1:] if len(steps) > MANY_STEPS else told
    points, last = [], Point(target.plan.starts_on - timedelta(days=1), Decimal(0))
    for step in steps:
        goal = target.quota if step.milestone.quota is None else step.milestone.quota
        for item in told:
            on = step.starts_on + (step.due_on - step.starts_on) * item["at"] // 100
            on = min(max(on, last.on + timedelta(days=1)), target.plan.ends_on)
            if on <= last.on:
                continue  # 已经到了方案的最后一天
            last = Point(on, *_reached(last.value, goal, item["share"], target.decimals, spread))
            points.append(last)
    return points


def _reached(before, goal, share, decimals, spread):
    """(这一次的数, 这一步够了没有)：没有到十成的，一定比要到的数少。"""
    share = Decimal(share)
    if goal is None:
        return before + spread.between(*WITHOUT_QUOTA), True
    if share >= 1 or before >= goal:
        return max(before, goal), True
    unit = Decimal(1).scaleb(-decimals)
    value = (before + (goal - before) * share).quantize(unit, ROUND_DOWN)
    return max(before, min(value, goal - unit)), False


def sum_points(whole: Target, parts: list[tuple[Decimal | None, list[Point]]]) -> list[Point]:
    """有“其中”的：parts 是各项的（任务数, 各次）；哪一天录了哪项就合计一次，各项没有占满的部分照同样的快慢。"""
    quota = sum(goal or 0 for goal, _ in parts)
    rest = (whole.quota or 0) - quota
    points = []
    for on in sorted({point.on for _, series in parts for point in series}):
        value = sum(_value_on(series, on) for _, series in parts)
        if quota and rest > 0:
            value += (rest * value / quota).quantize(Decimal(1).scaleb(-whole.decimals), ROUND_DOWN)
        points.append(Point(on, value))
    return points


def _value_on(series, on):
    """那天在用的数；还没有是 0。"""
    value = Decimal(0)
    for point in series:
        if point.on <= on:
            value = point.value
    return value
