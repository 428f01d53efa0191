"""村级确认表的内容：一个村的任务、图斑和监测数，数和总览、周报同一个口径。"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from taiping.progress.figures import TargetFigures
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import snapshot
from taiping.progress.village_readings import (
    VillageReading,
    decimals_of,
    village_readings,
)
from taiping.reports.measured import listed_by_village
from tasks.models import Plan
from villages.models import Village


@dataclass
class Part:
    """一项任务：本村的数和逐块的图斑。"""

    figures: TargetFigures
    items: list[PatchOnDay]


@dataclass
class Confirmation:
    parts: list[Part]  # 有图斑（结转走了的也算）或分解了任务的
    others: list[TargetFigures]  # 本村既没有图斑、也没有分解任务的
    readings: list[VillageReading]  # 靠监测的：分到了任务，或本村报过数的
    by_patches: bool  # 方案里有靠图斑的任务
    taken_at: datetime
    has_demo: bool

    @property
    def what(self) -> str:
        """村里核对的是什么。"""
        if not self.readings:
            return "图斑和进展"
        return "图斑、进展和监测数" if self.by_patches else "监测数"

    @property
    def is_empty(self) -> bool:
        """没有什么要村里确认的。"""
        return not self.parts and not self.readings


def confirmation(plan: Plan, on: date, basis: str, village: Village) -> Confirmation:
    """查询次数固定（图斑每千块一次）。"""
    with snapshot(plan, on, basis, [village]) as shot:
        by_target = defaultdict(list)
        for item in shot.items():
            by_target[item.patch.target_id].append(item)
        parts, others = [], []
        for figures in shot.progress.targets:
            if not figures.target.by_patches:
                continue
            has_patches = figures.patch_count or figures.carried_count
            if has_patches or any(row.is_allocated for row in figures.villages):
                parts.append(Part(figures, by_target[figures.target.pk]))
            else:
                others.append(figures)
        read = listed_by_village(shot.progress)
        return Confirmation(
            parts,
            others,
            village_readings(read, 0, [decimals_of(figures) for figures in read]),
            shot.progress.by_patches,
            shot.taken_at,
            shot.has_demo,
        )
