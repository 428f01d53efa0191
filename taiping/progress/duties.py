"""一份方案的常态工作：和进度同一天、同一口径、同样的村。"""

from plots.ledger.duties import DutyFigures, duties_on
from taiping.progress.figures import Progress


def duties_of(progress: Progress) -> list[DutyFigures]:
    """各项工作在那天所在的一段；没有常态工作的方案不查库。"""
    if not progress.uses.duties:
        return []
    return duties_on(progress.plan, progress.on, progress.basis, villages=progress.villages)
