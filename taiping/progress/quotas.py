"""任务数：全镇看方案定的，只看几个村时看分解到这些村的；要完成的数从它减去核减的面积。"""

from decimal import Decimal

from taiping.progress.facts import Facts
from taiping.progress.figures import ZERO
from taiping.progress.states import Need
from tasks.models import Target


def quota_of(target: Target, facts: Facts) -> tuple[Decimal | None, int | None]:
    """(亩，或任务自己的单位；个)：没定、没分解的是 None。"""
    if not facts.scope.is_part:
        return target.quota, target.quota_count
    shares = [facts.share(target, village) for village in facts.villages]
    amounts = [share.quota for share in shares if share.quota is not None]
    counts = [share.quota_count for share in shares if share.quota_count is not None]
    return sum(amounts) if amounts else None, sum(counts) if counts else None


def need_of(
    target: Target,
    quota: Decimal | None,
    quota_count: int | None,
    patch_count: int = 0,
    exempt: Decimal = ZERO,
) -> Need:
    """要完成的数。有个数的清单，核减的面积（exempt，亩）从亩数里扣；单按亩的（608 亩以上）不扣。"""
    if quota is not None and target.quota_count is not None:
        quota = max(quota - exempt, ZERO)
    return Need(quota, quota_count, patch_count)
