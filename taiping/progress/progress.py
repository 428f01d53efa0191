"""进度：全系统唯一的算法。给一份方案、一个日期、一种口径，用固定次数的查询算出所有的数。

口径 basis：done 按完成日期（业务上那天做到了什么），recorded 按录入日期（系统那天知道什么）。
按期与否总是看完成日期和截止日期。什么都不存，随时对任何一天重算。
"""

from datetime import date

from taiping.progress.by_patches import patch_target
from taiping.progress.by_readings import reading_target
from taiping.progress.facts import Facts, facts_of, facts_to_compare
from taiping.progress.figures import Progress
from taiping.progress.needs import most_of
from taiping.progress.parts import compare_parts
from tasks.models import Plan
from tasks.models.question import DONE
from villages.models import Village


def plan_progress(
    plan: Plan, on: date, basis: str = DONE, villages: list[Village] | None = None
) -> Progress:
    """方案在某日的全部数。villages 给出时只算这些村（任务数取分解到村的数），不给就是全镇。"""
    return progress_from(facts_of(plan, on, basis, villages))


def progress_of_two_days(
    plan: Plan, on: date, before: date | None, basis: str, villages: list[Village] | None = None
) -> tuple[Progress, Progress | None]:
    """(那天的数, 早些时候 before 的数)；不比的 before 是 None。

    早些时候的只用来比（见 comparison）：做了多少、逾期多少是全的，状态、推算、结转不是。
    """
    facts = facts_of(plan, on, basis, villages, before)
    if before is None:
        return progress_from(facts), None
    return progress_from(facts), progress_from(facts_to_compare(facts, before))


def progress_from(facts: Facts) -> Progress:
    figures = []
    for target in facts.targets:
        of_kind = patch_target if target.by_patches else reading_target
        row = of_kind(target, facts)
        row.quota_most, row.quota_count_most = most_of(target, facts)
        figures.append(row)
    compare_parts(figures)
    scope = facts.scope
    return Progress(
        facts.plan,
        scope.on,
        scope.basis,
        figures,
        scope,
        facts.filed,
        facts.uses,
        facts.villages,
        facts.steps,
    )
