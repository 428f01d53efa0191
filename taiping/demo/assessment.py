"""演示考核：一张小评分表，名称都以“演示·”开头，代码以 demo- 开头；镇里填了自己的，页面上就只有镇里的。"""

from datetime import date, datetime
from decimal import Decimal

from taiping.demo.table import table
from taiping.demo.timelines import moment
from tasks.models import Plan, Score, ScoreItem
from villages.models import Role, User, Village

AMOUNTS = ("full", "off", "floor", "ceiling")


def load(now: datetime) -> int:
    """每份方案一张，人工的评到 now 为止；返回几项。方案里没有那项任务的，不要那一项。"""
    made = 0
    for plan in Plan.objects.all():
        made += _load(plan, now)
    return made


def _load(plan, now):
    targets = {target.code: target for target in plan.targets.all()}
    items = {}
    for order, told in enumerate(table()["assessment"]["items"], start=1):
        given = {name: value for name, value in told.items() if name not in ("target", "section")}
        given |= {name: Decimal(told[name]) for name in AMOUNTS if name in told}
        if "target" in told:
            if told["target"] not in targets:
                continue
            given["target"] = targets[told["target"]]
        if "section" in told:
            given["section"] = items[told["section"]]
        items[told["code"]] = ScoreItem.objects.create(
            plan=plan, order=order, is_demo=True, **given
        )
    for code, item in list(items.items()):
        if item.is_section and not item.items.exists():  # 方案里没有它下面的那几项任务
            items.pop(code).delete()
    _score(plan, items, now)
    return len(items)


def _score(plan, items, now):
    """人工评的几个分，各村轮着；有的村还没有评。"""
    by = User.objects.filter(role=Role.STAFF, is_demo=True).order_by("pk").first()
    villages, scores = list(Village.objects.all()), []
    for told in table()["assessment"]["scores"]:
        on = date.fromisoformat(f"{plan.year}-{told['day']}")
        entered = moment(on, 16 * 60)
        if entered > now or not plan.starts_on <= on <= plan.ends_on:
            continue
        for village, points in zip(villages, told["points"], strict=False):
            given = {"points": Decimal(points), "reason": told["reason"], "by": by}
            score = Score(item=items[told["item"]], village=village, on=on, is_demo=True, **given)
            score.created_at = entered
            scores.append(score)
    Score.objects.bulk_create(scores)


def clear() -> dict[str, int]:
    scores = Score.objects.filter(item__is_demo=True).delete()[0]
    return {"评分": scores, "考核项": ScoreItem.objects.filter(is_demo=True).delete()[0]}
