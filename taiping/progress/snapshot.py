"""取一次数：周报、通报、确认表里的全部数字出自同一个时刻，不会前后对不上。"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from plots.ledger.duties import DutyFigures, duties_before
from plots.ledger.older_plans import Unfinished, unfinished
from plots.models import Patch, SupervisionOrder
from taiping.ground import dates
from taiping.ground.moments import one_moment
from taiping.progress.comparison import Comparison, compared
from taiping.progress.duties import duties_of
from taiping.progress.figures import Progress, TargetFigures
from taiping.progress.patch_states import PatchOnDay, patches_on_day
from taiping.progress.progress import progress_of_two_days
from taiping.progress.returns import Returns, returns_by_village
from taiping.progress.village_rows import VillageRow, village_rows
from tasks.models import DutyEntry, Plan, Reading
from tasks.models.question import BASES, DONE
from villages.models import Village


@dataclass
class Snapshot:
    progress: Progress
    taken_at: datetime
    has_demo: bool
    earlier: Progress | None = None  # 早些时候的，只用来比

    @cached_property
    def moved(self) -> Comparison | None:
        """比早些时候动了多少；不比是 None。"""
        return compared(self.earlier, self.progress)

    @property
    def plan(self) -> Plan:
        return self.progress.plan

    @property
    def on(self) -> date:
        return self.progress.on

    @property
    def basis_text(self) -> str:
        return BASES[self.progress.basis]

    @cached_property
    def returns(self) -> dict[int | None, Returns]:
        """各村的退回和差错率；要在 with 里面第一次用。"""
        return returns_by_village(self.progress)

    @cached_property
    def villages(self) -> tuple[list[TargetFigures], list[VillageRow]]:
        """(靠图斑量的任务, 各村一行)，最差的在前。"""
        return village_rows(self.progress, "", self.returns)

    @cached_property
    def older_plans(self) -> list[Unfinished]:
        """早开始的方案里还没有了结的；要在 with 里面第一次用。"""
        older = Plan.objects.filter(starts_on__lt=self.plan.starts_on)
        patches = Patch.objects.all()
        if self.progress.scoped:
            patches = patches.filter(village__in=self.progress.villages)
        return unfinished(older, self.on, self.progress.basis, patches)

    @cached_property
    def duties(self) -> list[DutyFigures]:
        """常态工作在那天所在的一段；要在 with 里面第一次用。"""
        return duties_of(self.progress)

    @cached_property
    def duties_before(self) -> list[DutyFigures]:
        """这一段还没有结束的常态工作的上一段；要在 with 里面第一次用。"""
        figures = self.progress
        return duties_before(self.duties, figures.on, figures.basis, villages=figures.villages)

    @cached_property
    def orders(self) -> list[SupervisionOrder]:
        """那天有效的督办单，带着 state 和那天以前的答复（said，先后为序）；要在 with 里面第一次用。"""
        found = SupervisionOrder.objects.filter(plan=self.plan)
        if self.progress.scoped:
            found = found.filter(village__in=self.progress.villages)
        return found.told(self.on, self.progress.basis)

    def items(self, *states: str) -> Iterator[PatchOnDay]:
        """那天算数的图斑，一块一块给出；states 给出时只要这些情况的（如 overdue、returned、deferred）。"""
        return patches_on_day(self.progress, states)


@contextmanager
def snapshot(
    plan: Plan,
    on: date,
    basis: str = DONE,
    villages: list[Village] | None = None,
    before: date | None = None,
) -> Iterator[Snapshot]:
    """with 里面的查询（进度和逐块的图斑）看到的是同一时刻的数据；before 是拿来比的那天。"""
    with one_moment():
        figures, earlier = progress_of_two_days(plan, on, before, basis, villages)
        taken_at = timezone.localtime(dates.now())
        yield Snapshot(figures, taken_at, demo_counted(figures), earlier)


def demo_counted(figures: Progress) -> bool:
    """这些数里有没有演示数据：演示图斑、演示监测或演示的履职记录。"""
    plan, on, basis = figures.plan, figures.on, figures.basis
    patches = Patch.objects.counting(on, basis).filter(target__plan=plan, is_demo=True)
    readings = Reading.objects.known(on, basis).filter(target__plan=plan, is_demo=True)
    if figures.scoped:
        patches = patches.filter(village__in=figures.villages)
        readings = readings.filter(village__in=figures.villages)
    duties = DutyEntry.objects.known(on, basis).filter(duty__plan=plan, is_demo=True)
    if figures.scoped:
        duties = duties.filter(village__in=figures.villages)
    return any(rows.order_by().exists() for rows in (patches, readings, duties))
