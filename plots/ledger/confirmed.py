"""核实通过了、认定核查无问题了的：说给报上来的村听。只读，不写。"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef

from plots.models import Kind, Patch, RectificationRecord, Status
from taiping.ground.actors import said
from villages.models import User

NAMED = 5  # 逐个点名的最多这么多，再多的到台账里看
WORDS = {Status.CLOSED: said("{镇}里核实通过了"), Status.EXEMPT: said("{镇}里认定核查无问题")}


@dataclass
class Confirmed:
    """一种了结：status 是图斑现在的状态，named 是点名的几块，count 是一共几块。"""

    status: Status
    named: list[Patch] = field(default_factory=list)
    count: int = 0

    @property
    def words(self) -> str:
        return WORDS[self.status]


def confirmed_since(user: User, since: datetime | None) -> list[Confirmed]:
    """从 since 这一刻起录入核实通过、核查无问题，至今还是了结的；since 空（头一回看）什么也不说。一次查询。

    更正以后的转记不是新的核实，不算。
    """
    if since is None:
        return []
    told = RectificationRecord.objects.filter(
        patch=OuterRef("pk"),
        kind__in=(Kind.PASS, Kind.EXEMPT),
        created_at__gt=since,
        copy_of__isnull=True,
    )
    patches = Patch.objects.visible_to(user).current().filter(status__in=WORDS)
    in_order = patches.filter(Exists(told.order_by())).order_by("village__order", "code", "pk")
    found = {}
    for patch in in_order.only("code", "place", "status"):
        news = found.setdefault(patch.status, Confirmed(Status(patch.status)))
        news.count += 1
        if news.count <= NAMED:
            news.named.append(patch)
    return [found[status] for status in WORDS if status in found]
