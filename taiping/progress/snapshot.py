"""取一次数：周报、通报、确认表里的全部数字出自同一个时刻，不会前后对不上。"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from plots.models import Patch
from plots.models.querysets import BASES
from taiping.ground.moments import one_moment
from taiping.progress.figures import Progress
from taiping.progress.layout import village_rows
from taiping.progress.patch_states import items
from taiping.progress.progress import progress
from taiping.progress.returns import returns_by_village
from tasks.models import Reading


@dataclass
class Snapshot:
    progress: Progress
    taken_at: datetime
    has_demo: bool

    @property
    def plan(self):
        return self.progress.plan

    @property
    def as_of(self):
        return self.progress.as_of

    @property
    def basis_text(self):
        return BASES[self.progress.basis]

    @cached_property
    def returns(self):
        """各村的退回和差错率；要在 with 里面第一次用。"""
        return returns_by_village(self.progress)

    @cached_property
    def villages(self):
        """(靠图斑量的任务, 各村一行)，最差的在前。"""
        return village_rows(self.progress, "", self.returns)

    def items(self, *states):
        """那天算数的图斑，一块一块给出；states 给出时只要这些情况的（如 overdue、returned、deferred）。"""
        return items(self.progress, states)


@contextmanager
def snapshot(plan, as_of, basis="done", villages=None):
    """with 里面的查询（进度和逐块的图斑）看到的是同一时刻的数据。"""
    with one_moment():
        figures = progress(plan, as_of, basis, villages)
        yield Snapshot(figures, timezone.localtime(), demo_counted(figures))


def demo_counted(figures):
    """这些数里有没有演示数据：演示图斑或演示监测。"""
    plan, as_of, basis = figures.plan, figures.as_of, figures.basis
    patches = Patch.objects.counting(as_of, basis).filter(target__plan=plan, is_demo=True)
    readings = Reading.objects.known(as_of, basis).filter(target__plan=plan, is_demo=True)
    if figures.scoped:
        patches = patches.filter(village__in=figures.villages)
        readings = readings.filter(village__in=figures.villages)
    return patches.order_by().exists() or readings.order_by().exists()
