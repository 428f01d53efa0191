"""待核实的一页：一块图斑一行，照片、上传编号、离图斑多远、面积差多少，能不能由这个人办。"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from plots.actions.foreseeing import foreseen
from plots.actions.transaction import ActionContext, contexts_of
from plots.ledger.village_tasks import Card
from plots.models import Evidence, Kind, Patch
from taiping.ground.area import rounded
from taiping.ground.words import metres_words, more_or_less
from villages.models import User


@dataclass
class Row(Card):
    """队列里的一行；cannot 是不能通过的那句话，not_back 是不能退回的，能就是空。"""

    external_ref: str
    photos: list[Evidence]
    cannot: str
    not_back: str

    @property
    def thumb(self) -> Evidence | None:
        """缩略图用哪一张：最后一张有缩略图的。"""
        found = [photo for photo in self.photos if photo.thumb]
        return found[-1] if found else None

    @property
    def farthest(self) -> Evidence | None:
        """离图斑最远的一张；都不知道在哪里的是 None。"""
        unknown = Evidence.Position.UNKNOWN
        placed = [photo for photo in self.photos if photo.position != unknown]
        return max(placed, key=lambda photo: photo.position_m or 0, default=None)

    @property
    def away_text(self) -> str:
        if not self.photos:
            return ""
        if self.farthest is None:
            return "照片里没有位置"
        metres = self.farthest.position_m
        return metres_words(metres) if metres else "图斑内"

    @property
    def is_far(self) -> bool:
        return self.farthest is not None and self.farthest.position == Evidence.Position.OUTSIDE

    @property
    def differences(self) -> list[str]:
        """报的面积、图形量的面积和图斑面积各差多少；差不到 0.01 亩的不说。"""
        found = []
        for name, area in (("上报", self.reported_mu), ("图形", self.patch.measured_mu)):
            gap = Decimal(0) if area is None else rounded(area - self.patch.area_mu)
            if gap:
                found.append(f"{name}{more_or_less(gap)}")
        return found

    @property
    def reported_mu(self) -> Decimal | None:
        """最后报的一步一共报了多少亩。"""
        reported = [step for step in self.state.steps if step.parts]
        return reported[-1].area_mu if reported else None


def rows_of(patches: Iterable[Patch], user: User) -> list[Row]:
    """一页图斑 → 行；patches 带着 measured_mu。不论几块，记录、时间节点、照片各查一次。"""
    contexts = contexts_of(patches, user)
    photos = _photos(contexts)
    return [
        Row(
            context.patch,
            context.state,
            context.today,
            _external_ref(context),
            photos.get(context.patch.pk, []),
            foreseen("confirm", context),
            foreseen("send_back", context),
        )
        for context in contexts
    ]


def _photos(contexts: list[ActionContext]) -> dict[int, list[Evidence]]:
    """{图斑主键: 有效的上报带的照片}，先传的在前。"""
    patch_of = {
        record: context.patch.pk for context in contexts for record in context.step_of_report
    }
    kept = Evidence.objects.filter(record__in=patch_of, kind=Evidence.Type.PHOTO)
    found = {}
    for photo in kept.only("record_id", "thumb", "position", "position_m").order_by(
        "created_at", "pk"
    ):
        found.setdefault(patch_of[photo.record_id], []).append(photo)
    return found


def _external_ref(context: ActionContext) -> str:
    """最后写的那个上传编号。"""
    refs = [record.external_ref for record in context.state.standing if record.kind == Kind.REPORT]
    return next(filter(None, reversed(refs)), "")
