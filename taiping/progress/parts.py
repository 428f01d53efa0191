"""“其中”和上级：各量各的，不由谁加出来；“其中”的监测加起来多过上级的，记下多多少，页面上提醒。"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from taiping.progress.figures import TargetFigures


def compare_parts(targets: Iterable[TargetFigures]) -> None:
    """单位一样、都靠监测量、都有数的才加。"""
    by_pk = {figures.target.pk: figures for figures in targets}
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for figures in by_pk.values():
        whole = by_pk.get(figures.target.parent_id)
        if whole and _are_alike(figures, whole):
            sums[whole.target.pk] += figures.confirmed
    for pk, total in sums.items():
        by_pk[pk].parts_excess = max(total - by_pk[pk].confirmed, Decimal(0))


def _are_alike(part, whole):
    if part.target.by_patches or whole.target.by_patches:
        return False
    has_both = None not in (part.confirmed, whole.confirmed)
    return has_both and part.target.unit == whole.target.unit
