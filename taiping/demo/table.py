"""演示的内容都在 fixtures/demo_stories.json；这里读它，并把数匀匀地撒开，不靠随机数，装几次都一样。"""

import json
from functools import cache
from math import sqrt

from django.conf import settings

GOLDEN = (sqrt(5) - 1) / 2
STORIES = settings.BASE_DIR / "fixtures" / "demo_stories.json"


@cache
def table() -> dict:
    """整张表；怎么写见文件里的“说明”。"""
    return json.loads(STORIES.read_text(encoding="utf-8"))


class Spread:
    """一次一个数，0 到 1 之间处处匀：每次往前走一个黄金分割，走过 1 就绕回来。"""

    def __init__(self, number: int):
        self.share = number * sqrt(2) % 1  # 各人的起点不在别人的路上

    def within(self, low: float, high: float) -> float:
        """low 到 high 之间的下一个数。"""
        self.share = (self.share + GOLDEN) % 1
        return low + (high - low) * self.share

    def between(self, low: int, high: int) -> int:
        """low 到 high（含）之间的下一个整数。"""
        return min(int(self.within(low, high + 1)), high)
