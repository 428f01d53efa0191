"""给页面看的举证材料：一次查出，带上“同一张照片”的提醒。"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from plots.models import Evidence, Patch, RectificationRecord
from plots.models.evidence import Material
from taiping.ground.dates import date_beside, today
from villages.models import User, Village


@dataclass(frozen=True)
class Twins:
    """同一张照片还用在哪里：看得见的图斑逐个列，看不见的只说有；before 是这块图斑上以前交过它的那一份。"""

    patches: tuple[Patch, ...] = ()
    elsewhere: bool = False
    before: Evidence | None = None

    def __bool__(self):
        return bool(self.patches) or self.elsewhere or self.before is not None

    @property
    def sentence(self) -> str:
        return "".join(filter(None, [self._again(), self._others()]))

    def _again(self):
        """退回以后又把原来那张交上来的，要看得出。"""
        if self.before is None:
            return ""
        day = date_beside(timezone.localdate(self.before.created_at), today())
        if self.before.record.is_withdrawn:
            return f"这张照片 {day}已经交过，那次上报已撤回。"
        return f"这张照片 {day}已经交过一次。"

    def _others(self):
        if self.patches:
            named = "、".join(f"{patch.code}（{patch.village.name}）" for patch in self.patches)
            more = "，还用于别的图斑" if self.elsewhere else ""
            return f"同一张照片也用于图斑 {named}{more}。"
        return "同一张照片已用于别的图斑。" if self.elsewhere else ""


def listed(
    evidence: QuerySet[Evidence], user: User, records: Iterable[RectificationRecord] = ()
) -> list[Evidence]:
    """材料的查询 → 列表，每份带 twins（照片才有）；先按 user 的范围筛，看不见的村不透露，查询次数固定。

    records 是页面已经取了的记录，带着时间节点和经办人：材料多半就在它们上面，不在的（结转以前的）才另查。
    """
    items = list(evidence.visible_to(user).order_by("created_at", "pk"))
    known = {record.pk: record for record in records}
    if missing := {item.record_id for item in items} - known.keys():
        known |= RectificationRecord.objects.select_related("milestone", "by").in_bulk(missing)
    for item in items:
        item.record = known[item.record_id]
        if item.by_id == item.record.by_id:
            item.by = item.record.by
    prefetch_related_objects(items, "by")  # 多半就是记录的经办人，不是的才查
    mark_twins(items, user)
    return items


def mark_twins(items: Iterable[Material], user: User) -> None:
    """每份添上 twins；已经交的、先传来的都行。只有照片才查，一次查出。"""
    photos = {item.original_sha256 for item in items if item.is_photo}
    photos.discard("")
    found, here = defaultdict(dict), defaultdict(list)
    for item in _with_same_photos(photos) if photos else ():
        found[item.original_sha256][item.patch_id] = item.patch
        here[item.original_sha256, item.patch_id].append(item)
    visible = set()
    if found:
        visible = set(Village.objects.visible_to(user).values_list("pk", flat=True))
    for item in items:
        patches = found.get(item.original_sha256, {})
        others = [patch for pk, patch in patches.items() if pk != item.patch_id]
        seen = tuple(patch for patch in others if patch.village_id in visible)
        item.twins = Twins(
            seen,
            len(seen) < len(others),
            _last_before(item, here[item.original_sha256, item.patch_id]),
        )


def _with_same_photos(photos):
    """这里故意不按范围筛：看不见的村只回答“有”，不带出任何内容。"""
    same = Evidence.objects.filter(kind=Material.Type.PHOTO, original_sha256__in=photos)
    return same.select_related("patch__village", "record").order_by("patch__code", "pk")


def _last_before(item, same):
    earlier = [each for each in same if each != item and each.created_at <= item.created_at]
    return max(earlier, key=lambda each: (each.created_at, each.pk), default=None)
