"""各村的得分：每个考核项一格，合计，名次。任何一天、两种口径。"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from plots.ledger.duties import duties_over
from taiping.assessment.points import AUTOMATIC, Cell, Source, State, by_hand, is_outside
from taiping.progress.progress import plan_progress
from tasks.models import Plan, Score, ScoreItem
from tasks.models.assessment import NO_POINTS
from tasks.models.question import DONE
from tasks.models.score_marks import Group, groups_of, marks_doubts
from villages.models import Village


@dataclass
class Row:
    """一个村：每项一格，照表上的先后。合计是显示出来的各格相加，没有一格有分的是 None。"""

    village: Village
    cells: list[Cell]
    rank: int | None = None

    @cached_property
    def total(self) -> Decimal | None:
        points = [cell.points for cell in self.cells if cell.points is not None]
        return sum(points, NO_POINTS) if points else None

    @property
    def left_out(self) -> Decimal:
        """不适用的各项，百分以内的满分合计。"""
        cells = self.of_state(State.ELSEWHERE)
        return sum((cell.item.full for cell in cells if not is_outside(cell.item)), NO_POINTS)

    @property
    def unscored(self) -> int:
        return len(self.of_state(State.UNSCORED))

    @property
    def without_data(self) -> int:
        return len(self.of_state(State.NO_DATA))

    def of_state(self, state: State) -> list[Cell]:
        return [cell for cell in self.cells if cell.state == state]

    def of_group(self, group: Group) -> list[Cell]:
        own = {item.pk for item in group.items}
        return [cell for cell in self.cells if cell.item.pk in own]

    def points_of(self, group: Group) -> Decimal | None:
        """一个大项的小计。"""
        found = [cell.points for cell in self.of_group(group) if cell.points is not None]
        return sum(found, NO_POINTS) if found else None

    @property
    def gaps(self) -> list[str]:
        """合计里缺什么：“人工 3 项未评”“不适用 15.00 分不算”“1 项还没有数”。"""
        found = []
        if self.unscored:
            found.append(f"人工 {self.unscored} 项未评")
        if self.without_data:
            found.append(f"{self.without_data} 项还没有数")
        if self.of_state(State.ELSEWHERE):
            found.append(f"不适用 {self.left_out} 分不算")
        return found


@dataclass
class Sheet:
    groups: list[Group] = field(default_factory=list)
    items: list[ScoreItem] = field(default_factory=list)  # 要评分的，照表上的先后
    rows: list[Row] = field(default_factory=list)  # 照村的先后
    doubts: list[str] = field(default_factory=list)

    @property
    def full(self) -> Decimal:
        """百分以内各项满分的合计。"""
        return sum((item.full for item in self.items if not is_outside(item)), NO_POINTS)

    @property
    def unscored(self) -> int:
        """人工的里面，有村还没有评的有几项。"""
        return len({cell.item.pk for row in self.rows for cell in row.of_state(State.UNSCORED)})

    @property
    def has_demo(self) -> bool:
        return any(item.is_demo for item in self.items)

    def only(self, villages: Collection[Village]) -> list[Row]:
        """这些村的；名次是在全部的村里排的。"""
        own = {village.pk for village in villages}
        return [row for row in self.rows if row.village.pk in own]

    @property
    def ranked(self) -> int:
        """排了名次的有几个村。"""
        return sum(row.rank is not None for row in self.rows)


def score_items(plan: Plan) -> list[ScoreItem]:
    """镇里填了自己的，就没有演示的。"""
    found = ScoreItem.objects.filter(plan=plan).select_related("section", "target", "duty")
    found = list(found.order_by("order", "pk"))
    own = [item for item in found if not item.is_demo]
    return own or found


def sheet_of(plan: Plan, on: date, basis: str = DONE) -> Sheet:
    """全部的村（名次要都算了才有）；没有考核项的方案只查一次，没有自动的不去算进度。"""
    found = score_items(plan)
    if not found:
        return Sheet()
    groups = groups_of(found)
    items = [item for group in groups for item in group.items]
    villages, progress = _progress(plan, on, basis, items)
    duties = _duties(plan, on, basis, items, villages)
    scores = _scores(plan, on, basis)
    rows = []
    for place, village in enumerate(villages):
        source = Source(place, village, on, progress, duties)
        cells = [_cell(item, source, scores) for item in items]
        rows.append(Row(village, cells))
    rank(rows)
    return Sheet(groups, items, rows, marks_doubts(found))


def _progress(plan, on, basis, items):
    if not any(item.rule in AUTOMATIC and not item.duty_id for item in items):
        return list(Village.objects.all()), None
    progress = plan_progress(plan, on, basis)
    return progress.villages, progress


def _duties(plan, on, basis, items, villages):
    """常态工作的主键 → 各段；没有看常态工作的不去查。"""
    if not any(item.duty_id for item in items):
        return {}
    over = duties_over(plan, on, basis, villages=villages)
    return {duty.pk: periods for duty, periods in over.items()}


def _scores(plan, on, basis):
    """(考核项, 村) → 那天在用的评分。"""
    found = Score.objects.filter(item__plan=plan).known(on, basis).select_related("by")
    return {(score.item_id, score.village_id): score for score in found.newest_last()}


def _cell(item, source, scores):
    if item.by_hand:
        return by_hand(item, source.village, scores.get((item.pk, source.village.pk)))
    return AUTOMATIC[item.rule](item, source)


def rank(rows: list[Row]) -> None:
    """合计高的在前；一样的并列，后面的空出名次。一格也没有分的不排。"""
    totals = sorted((row.total for row in rows if row.total is not None), reverse=True)
    for row in rows:
        if row.total is not None:
            row.rank = totals.index(row.total) + 1
