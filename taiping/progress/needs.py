"""任务数：全镇的、几个村的、一步的，各要完成多少。"""

from decimal import Decimal

from taiping.progress.facts import Facts
from taiping.progress.figures import ZERO
from taiping.progress.states import Need
from tasks.models import Milestone, Target


def quota_of(target: Target, facts: Facts) -> tuple[Decimal | None, int | None]:
    """任务数 (亩，或任务自己的单位；个)：全镇看方案定的，只看几个村时看分解到这些村的；没有的是 None。

    几个村里有一个没分解的就没有：做的数是这几个村的，任务数也得是。
    """
    if not facts.scope.is_part:
        return target.quota, target.quota_count
    shares = [facts.share(target, village) for village in facts.villages]
    amounts = [share.quota for share in shares]
    counts = [share.quota_count for share in shares]
    return total_of_all(amounts), total_of_all(counts)


def most_of(target: Target, facts: Facts) -> tuple[Decimal | None, int | None]:
    """只看几个村时，分到这些村的最多一共多少；看全镇、没有写成一段的是 None。"""
    if not facts.scope.is_part:
        return None, None
    shares = [facts.share(target, village) for village in facts.villages]
    return (
        _most([(share.quota, share.quota_most) for share in shares]),
        _most([(share.quota_count, share.quota_count_most) for share in shares]),
    )


def _most(pairs):
    if all(most is None for _, most in pairs):
        return None
    return total_of_all([least if most is None else most for least, most in pairs])


def total_of_all(numbers: list[Decimal | int | None]) -> Decimal | int | None:
    """合计；一个也没有、或有一个没有数的是 None。"""
    return sum(numbers) if numbers and None not in numbers else None


def need_of(
    target: Target,
    quota: Decimal | None,
    quota_count: int | None,
    patch_count: int = 0,
    exempt: Decimal = ZERO,
) -> Need:
    """要完成的数。清单核减的面积（exempt，亩）从亩数里扣；单按亩的（608 亩以上）不扣。"""
    is_list = target.is_list or quota_count is not None
    if quota is not None and is_list:
        quota = max(quota - exempt, ZERO)
    return Need(quota, quota_count, patch_count, is_list, target.unit, target.decimals)


def step_need(
    milestone: Milestone, facts: Facts, whole: Need, patch_count: int = 0, exempt: Decimal = ZERO
) -> Need:
    """一步要完成的数：这一步自己写了任务数的用自己的，没写的用整项任务的（whole）。

    只看几个村时，一步自己的任务数没有分解到村，以这些村的图斑都做完为准。
    """
    if milestone.quota is None and milestone.quota_count is None:
        return whole
    target = milestone.target
    if facts.scope.is_part:
        return need_of(target, None, None, patch_count, exempt)
    quota = target.quota if milestone.quota is None else milestone.quota
    count = target.quota_count if milestone.quota_count is None else milestone.quota_count
    return need_of(target, quota, count, patch_count, exempt)
