"""推算：按近 14 天的速度，一步哪天能做完。"""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

PACE_DAYS = 14
LONGEST = 3660  # 要十年以上的，推算不出
ZERO = Decimal(0)


class Forecast(NamedTuple):
    """按近 14 天的速度（每天 pace 个 unit）推算：done_on 是哪天能完成，late_days 是比截止晚几天（0 或负是赶得上）。"""

    pace: Decimal
    done_on: date | None
    late_days: int
    unit: str = "亩"

    @property
    def is_late(self) -> bool:
        """照这样要晚：推算的日子过了截止，或慢得推算不出；没有动的不在内。"""
        return self.late_days > 0 if self.done_on else self.pace > 0


def pace_start(on: date) -> date:
    return on - timedelta(days=PACE_DAYS)


def forecast(
    now: Decimal, gained: Decimal, goal: Decimal, on: date, due_on: date, unit: str = "亩"
) -> Forecast | None:
    """已有 now、近 14 天增加 gained，照这样哪天到 goal；已经到了是 None；没有动、或要十年以上的，推算不出（done_on 为 None）。"""
    if now >= goal:
        return None
    if gained <= 0:
        return Forecast(ZERO, None, 0, unit)
    pace = gained / PACE_DAYS
    # 先乘后除：除出来的速度是舍入过的，正好整除的天数会多出一天。
    days = int(((goal - now) * PACE_DAYS / gained).to_integral_value(ROUND_CEILING))
    if days > LONGEST:
        return Forecast(pace, None, 0, unit)
    done_on = on + timedelta(days=days)
    return Forecast(pace, done_on, (done_on - due_on).days, unit)
