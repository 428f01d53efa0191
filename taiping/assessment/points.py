"""一个考核项在一个村得几分、为什么：只照规则算，完成多少、逾期几个由进度给。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from plots.ledger.duties import DutyFigures
from plots.models import Kind
from taiping.ground.actors import actors
from taiping.ground.area import figure, rounded
from taiping.ground.rates import percent_of
from taiping.progress.figures import Progress, TargetFigures
from taiping.progress.village_rates import Standing, standing, village_rate
from tasks.models import Score, ScoreItem
from tasks.models.assessment import Counted, Reached, Rule
from villages.models import Village


class State(Enum):
    SCORED = "SCORED"
    NO_DATA = "NO_DATA"  # 还没有数：空着，不是 0
    ELSEWHERE = "ELSEWHERE"  # 不适用：这一项的分不算
    UNSCORED = "UNSCORED"  # 人工的，还没有评
    NOTHING = "NOTHING"  # 百分以外人工的：有了才评，没有评的就是没有


class Where(Enum):
    """点开是哪里：台账、监测、村页、履职记录。"""

    LEDGER = "LEDGER"
    READINGS = "READINGS"
    VILLAGE = "VILLAGE"
    DUTIES = "DUTIES"


@dataclass
class Cell:
    """一个考核项、一个村；why 是一小句，at 是台账的条件（接在地址后面）。"""

    item: ScoreItem
    village: Village
    state: State
    points: Decimal | None = None
    why: str = ""
    where: Where | None = None
    at: str = ""
    score: Score | None = None

    @property
    def text(self) -> str:
        """格子里的字：分数，“不适用”“未评”，没有数的空着。"""
        words = {State.ELSEWHERE: "不适用", State.UNSCORED: "未评"}
        return figure(self.points) if self.points is not None else words.get(self.state, "")


class Source(NamedTuple):
    """第几个村、那天全部的数。"""

    place: int
    village: Village
    on: date
    progress: Progress | None
    duties: dict[int, list[DutyFigures]]  # 常态工作 → 各段

    def row(self, figures: TargetFigures):
        return figures.villages[self.place]


def within(item: ScoreItem, points: Decimal) -> Decimal:
    """不低于最低、不高于最高，四舍五入到 0.01 分。"""
    return rounded(min(max(points, item.least), item.most))


def by_progress(item: ScoreItem, source: Source) -> Cell:
    """按完成率、完成得满分。"""
    if item.duty_id:
        return by_duty(item, source)
    figures = target_figures(item, source.progress)
    row = source.row(figures)
    known, why = standing(figures, row)
    if known != Standing.COUNTED:
        return _without(item, source, known, why)
    confirmed = item.reached == Reached.CONFIRMED
    rate = village_rate(figures, row, confirmed=confirmed)
    if item.rule == Rule.PROPORTIONAL:
        points = within(item, item.full * rate.share)
    else:
        points = within(item, item.full if rate.is_met else item.least)
    cell = Cell(item, source.village, State.SCORED, points)
    if not item.target.by_patches:
        cell.why, cell.where = f"监测 {rate.words}", Where.READINGS
        return cell
    cell.why = f"{'核实' if confirmed else '上报'} {rate.words}"
    cell.where = Where.LEDGER
    state = "all" if not rate.done else "confirmed" if confirmed else "reported"
    cell.at = f"&target={item.target.code}&state={state}"
    return cell


def by_duty(item: ScoreItem, source: Source) -> Cell:
    """常态工作：方案开始以来应做、已做各段相加，这一段没到头也照应做的全数。没有要求几次的没有数。"""
    if item.duty.required is None:
        return Cell(item, source.village, State.NO_DATA, why="没有要求做几次，算不出完成率")
    periods = [each.of_village(source.village) for each in source.duties[item.duty_id]]
    asked, done = (sum(getattr(each, name) for each in periods) for name in ("asked", "done"))
    if item.rule == Rule.PROPORTIONAL:
        points = within(item, item.full * done / asked)
    else:
        points = within(item, item.full if done >= asked else item.least)
    why = f"应做 {asked} {item.duty.unit}，已做 {done} {item.duty.unit}，{percent_of(done, asked)}"
    return _of_duty(Cell(item, source.village, State.SCORED, points, why))


def _of_duty(cell):
    cell.where, cell.at = Where.DUTIES, f"&duty={cell.item.duty.code}"
    return cell


def by_missed(item: ScoreItem, source: Source) -> Cell:
    """少做的扣分：只数已经到头的各段，一段多做的不补另一段少做的。"""
    if item.duty.required is None:
        return Cell(item, source.village, State.NO_DATA, why="没有要求做几次，数不出少做几次")
    missed = 0
    for each in source.duties[item.duty_id]:
        if each.period.ends_on < source.on:
            own = each.of_village(source.village)
            missed += max(own.asked - own.done, 0)
    lost = item.off * (missed // item.each)
    points = within(item, item.full - lost)
    why = f"到头的各段少做 {missed} {item.duty.unit}" + _lost_words(item, points)
    return _of_duty(Cell(item, source.village, State.SCORED, points, why))


def _lost_words(item, points):
    lost = item.full - points
    return f"，扣 {figure(lost)} 分" if lost else ""


def by_penalty(item: ScoreItem, source: Source) -> Cell:
    """每满几个扣一回。数的是那天的：逾期后来做完了，就不再扣。"""
    if item.counted == Counted.MISSED:
        return by_missed(item, source)
    known, why = _standing_of(item, source)
    if known != Standing.COUNTED:
        return _without(item, source, known, why)
    count = COUNTING[item.counted](item, source)
    lost = item.off * (count // item.each)
    points = within(item, item.full - lost)
    cell = Cell(item, source.village, State.SCORED, points)
    if item.counted == Counted.RETURNED:
        cell.why, cell.where = f"退回 {count} 次", Where.VILLAGE
    else:
        cell.why, cell.where = f"{actors.village}该办的逾期 {count} 个", Where.LEDGER
        cell.at = f"&target={item.target.code}" if item.target_id else ""
        cell.at += "&state=overdue&actor=VILLAGE"
    cell.why += _lost_words(item, points)
    return cell


def is_outside(item: ScoreItem) -> bool:
    """自己是百分以外的，或在百分以外的大项下面。"""
    return item.outside or bool(item.section and item.section.outside)


def by_hand(item: ScoreItem, village: Village, score: Score | None) -> Cell:
    """满分后来改小了的，按现在的最高分算，说一声。"""
    if score is None and is_outside(item):
        return Cell(item, village, State.NOTHING, why="没有")
    if score is None:
        return Cell(item, village, State.UNSCORED, why="还没有评")
    points = within(item, score.points)
    why = score.reason
    if points != score.points:
        why = f"{why}（评的是 {figure(score.points)} 分，超出现在的分值）"
    return Cell(item, village, State.SCORED, points, why, score=score)


def target_figures(item: ScoreItem, progress: Progress) -> TargetFigures:
    for figures in progress.targets:
        if figures.target.pk == item.target_id:
            return figures
    raise LookupError(item.target_id)


def _standing_of(item, source):
    """扣分的看一项任务，或全部靠图斑量的任务：有一项有图斑，就有数可算。"""
    if item.target_id:
        figures = target_figures(item, source.progress)
        return standing(figures, source.row(figures))
    found = [
        standing(figures, source.row(figures))
        for figures in source.progress.targets
        if figures.target.by_patches
    ]
    for wanted in (Standing.COUNTED, Standing.NO_DATA):
        for known, why in found:
            if known == wanted:
                return known, why
    return Standing.ELSEWHERE, "没有图斑，也没有分解任务"


def _without(item, source, known, why):
    state = State.NO_DATA if known == Standing.NO_DATA else State.ELSEWHERE
    return Cell(item, source.village, state, why=why)


def _overdue(item, source):
    """村该办的逾期：镇该办、区该办的不算村里的。"""
    return sum(
        source.row(figures).owed.village
        for figures in source.progress.targets
        if figures.target.by_patches and item.target_id in (None, figures.target.pk)
    )


def _returned(item, source):
    return source.progress.filed.get((source.village.pk, Kind.RETURN), 0)


COUNTING: dict[str, Callable[[ScoreItem, Source], int]] = {
    Counted.OVERDUE: _overdue,
    Counted.RETURNED: _returned,
}
AUTOMATIC: dict[str, Callable[[ScoreItem, Source], Cell]] = {
    Rule.PROPORTIONAL: by_progress,
    Rule.FULL_OR_NOTHING: by_progress,
    Rule.PENALTY: by_penalty,
}
