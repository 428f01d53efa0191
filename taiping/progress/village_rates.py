"""一个村在一项任务上做到了要完成的数的多少：和那个村自己的页看的是同一个数。只看做了多少，不看早晚。"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from taiping.ground.area import figure, spoken, spread, told_apart
from taiping.ground.words import more_or_less
from taiping.progress.figures import TargetFigures, VillageFigures
from taiping.progress.needs import need_of
from taiping.progress.rates import percent_of


class Standing(Enum):
    """这个村在这项任务上有没有数可算。"""

    COUNTED = "COUNTED"
    NO_DATA = "NO_DATA"  # 有任务，还没有图斑、没有监测数：没有数，不是 0
    ELSEWHERE = "ELSEWHERE"  # 没有图斑，也没有分解到这里


def standing(figures: TargetFigures, row: VillageFigures) -> tuple[Standing, str]:
    """(有没有数可算, 没有的为什么)。"""
    has_share = row.is_allocated or bool(row.lot)
    if not figures.target.by_patches:
        if not row.is_allocated:
            return Standing.ELSEWHERE, "没有分解到本村"
        return (Standing.NO_DATA, "还没有监测数") if row.confirmed is None else (COUNTED, "")
    if row.patch_count:
        return COUNTED, ""
    if row.carried_count:
        return Standing.NO_DATA, f"{row.carried_count} 个都已结转到别的方案"
    if has_share:
        return Standing.NO_DATA, "还没有下发图斑"
    return Standing.ELSEWHERE, "没有图斑，也没有分解任务"


COUNTED = Standing.COUNTED


@dataclass(frozen=True)
class VillageRate:
    """done 是做到的，goal 是要到的，同一个单位（个，或任务的单位）；carried 是另有几个已结转的。"""

    done: Decimal
    goal: Decimal
    unit: str
    by_count: bool
    is_met: bool
    carried: int = 0
    most: Decimal | None = None  # 分到的写成一段的：最多的；goal 是最少的

    @property
    def share(self) -> Decimal:
        """0 起，超额的过 1；任务数是 0 的，算做到了。"""
        return self.done / self.goal if self.goal else Decimal(1)

    @property
    def words(self) -> str:
        """“6/7 个，85.7%”“40.00/60.00 亩，66.6%”。"""
        if self.by_count:
            done, goal = str(int(self.done)), spread(int(self.goal), self.most, 0)
        elif self.most is not None:
            done, goal = spoken(self.done), spread(self.goal, self.most)
        elif self.done == self.goal:
            done = goal = figure(self.goal)
        else:
            done, goal = told_apart(self.done, self.goal)
        rate = percent_of(self.done, self.goal)
        words = f"{done}/{goal} {self.unit}" + (f"，{rate}" if rate else "")
        return f"{words}，另有 {self.carried} 个已结转" if self.carried else words


def above_most(figures: TargetFigures | VillageFigures, unit: str) -> str:
    """分到的写成一段、村里做的比最多的还多：“比最多的 3 个多 2 个”，照样算数；没有多是空。"""
    pairs = (
        (figures.reported, figures.quota_most, unit),
        (figures.reported_count, figures.quota_count_most, "个"),
    )
    for done, most, word in pairs:
        if most is not None and done is not None and done > most:
            return f"比最多的 {spoken(most)} {word}{more_or_less(done - most, word)}"
    return ""


def village_rate(figures: TargetFigures, row: VillageFigures, *, confirmed: bool) -> VillageRate:
    """confirmed：看最后的核实；不然看村里做的最后一步。先用 standing 问过有数可算。"""
    need = need_of(figures.target, row.quota, row.quota_count, row.patch_count, row.exempt)
    amount, count = row.reported, row.reported_count
    if confirmed:
        amount, count = row.confirmed, row.confirmed_count
    unit = "个" if need.by_count else need.unit
    done = need.measured(amount, count)
    is_met = need.met_by(amount, count)
    most = row.quota_count_most if need.by_count else row.quota_most
    return VillageRate(done, need.goal, unit, need.by_count, is_met, row.carried_count, most)
