"""完成率；占比怎么取、怎么写在 taiping.ground.rates。"""

from decimal import Decimal

from taiping.ground.rates import percent, percent_of, ratio
from taiping.progress.states import Need

__all__ = ["done_rate", "percent", "percent_of", "ratio"]


def done_rate(need: Need, amount: Decimal | None, count: int) -> Decimal | None:
    """完成率：清单和没有亩数任务的按个，别的按数量，和判断完成没完成看的是同一个数。超过任务数的照实。"""
    return ratio(need.measured(amount, count), need.goal)
