"""要画的图斑：几千块一次取来，只取画它、弹出小窗要的几列，不一块块地造 Patch。"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from plots.models import Patch
from tasks.models import Milestone, Target
from villages.models import Village

COLUMNS = (
    *("pk", "code", "target", "village", "next_milestone", "area_mu", "place", "status"),
    *("until_on", "due_on", "is_demo", "found_lat", "found_lon"),
    *(f"shape__{name}" for name in ("wkb", "min_lon", "min_lat", "max_lon", "max_lat")),
)


@dataclass(slots=True)
class Drawn:
    """一块图斑的这几列；要的规则就是 Patch 上的，rows_of 当它是 Patch。"""

    pk: int
    code: str
    target: Target
    village: Village
    next_milestone: Milestone | None
    area_mu: Decimal
    place: str
    status: str
    until_on: datetime.date | None
    due_on: datetime.date | None
    is_demo: bool
    found_lat: Decimal | None
    found_lon: Decimal | None
    wkb: bytes | None
    min_lon: float | None
    min_lat: float | None
    max_lon: float | None
    max_lat: float | None

    has_ended, is_split, status_text = Patch.has_ended, Patch.is_split, Patch.status_text
    spot = Patch.spot

    @property
    def target_id(self):
        return self.target.pk

    @property
    def village_id(self):
        return self.village.pk

    @property
    def box(self):
        """外接框（最西, 最南, 最东, 最北），度；没有图形的是发现时的位置。"""
        if self.wkb is None:
            return self.spot.box
        return self.min_lon, self.min_lat, self.max_lon, self.max_lat


def drawn(patches, filters):
    """图斑的查询 → [Drawn]；它们合用村、任务、时间节点的对象。正好被人改到别处去了的不在里面。"""
    steps = {step.pk: step for step in filters.milestones}
    targets, villages = filters.targets, filters.villages
    found = []
    for row in patches.values_list(*COLUMNS):
        patch = Drawn(*row)
        if patch.target in targets and patch.village in villages:
            patch.target, patch.village = targets[patch.target], villages[patch.village]
            patch.next_milestone = steps.get(patch.next_milestone)
            found.append(patch)
    return found
