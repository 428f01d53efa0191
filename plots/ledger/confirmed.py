"""核实通过了、认定核查无问题了的：说给报上来的村听。只读，不写。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from plots.models import Kind, Patch, RectificationRecord, Status
from taiping.ground.actors import said
from villages.models import Village

SHOWN = ("code", "pk", "place", "status")  # 图斑给人看的几列；先按编号排
NAMED = 5  # 逐个点名的最多这么多，再多的到台账里看
WORDS = {Status.CLOSED: said("{镇}里核实通过了"), Status.EXEMPT: said("{镇}里认定核查无问题")}


@dataclass
class Confirmed:
    """一种了结：status 是图斑现在的状态，named 是点名的几块（只有 SHOWN 几列），count 是一共几块。"""

    status: Status
    named: list[Patch] = field(default_factory=list)
    count: int = 0

    def add(self, patch: Patch) -> None:
        self.count += 1
        if self.count <= NAMED:
            self.named.append(patch)

    @property
    def words(self) -> str:
        return WORDS[self.status]


def confirmed_since(villages: Iterable[Village], since: datetime | None) -> list[Confirmed]:
    """这些村（看得见的）从 since 这一刻起录入核实通过、核查无问题，至今还是了结的。一次查询。

    since 空（头一回看）什么也不说；更正以后的转记不是新的核实，不算。
    """
    if since is None:
        return []
    order = {village.pk: village.order for village in villages}
    told = RectificationRecord.objects.order_by().filter(
        patch__village__in=order,
        patch__until_on__isnull=True,
        kind__in=(Kind.PASS, Kind.EXEMPT),
        created_at__gt=since,
        copy_of__isnull=True,
    )
    rows = told.values_list("patch__village", *(f"patch__{name}" for name in SHOWN))
    found = {status: Confirmed(status) for status in WORDS}
    for _, *shown in sorted(set(rows), key=lambda row: (order[row[0]], *row[1:])):
        patch = Patch(**dict(zip(SHOWN, shown, strict=True)))
        if patch.status in found:
            found[patch.status].add(patch)
    return [confirmed for confirmed in found.values() if confirmed.count]
