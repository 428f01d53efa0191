"""外来的图形分几段做：一段有一段的限度，一共用的时间也有限度，界址点越多给得越多。"""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings

from taiping.ground.tables import TooHeavy, within_limits

MOST_POINTS = 3_000_000  # 这么多界址点以内，一共用的时间和一段的限度一样；再多的照多少加
USED_UP = "界址点太多，图形收拾不完。请在制图软件里简化图形，或拆成几份再传。"


class Allowance:
    """points 个界址点一共可以用多少时间（秒）。"""

    def __init__(self, points: int):
        self.seconds = settings.READ_SECONDS * max(1, points / MOST_POINTS)

    def do(self, function: Callable, *args: Any) -> Any:
        """在限度里做一段；这一段做不完、前几段已经把时间用完了，抛 TooHeavy。"""
        if self.seconds <= 0:
            raise TooHeavy(USED_UP)
        begun = time.monotonic()
        try:
            return within_limits(function, *args)
        finally:
            self.seconds -= time.monotonic() - begun
