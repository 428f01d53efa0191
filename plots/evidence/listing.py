"""给页面看的举证材料：一次查出，带上“同一张照片”的提醒。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from plots.models import Evidence, Patch
from villages.models import User, Village


@dataclass(frozen=True)
class Twins:
    """同一张照片还用在哪里：看得见的图斑逐个列，看不见的只说有。"""

    patches: tuple[Patch, ...] = ()
    elsewhere: bool = False

    def __bool__(self):
        return bool(self.patches) or self.elsewhere

    @property
    def sentence(self) -> str:
        if self.patches:
            named = "、".join(f"{patch.code}（{patch.village.name}）" for patch in self.patches)
            more = "，还用于别的图斑" if self.elsewhere else ""
            return f"同一张照片也用于图斑 {named}{more}。"
        return "同一张照片已用于别的图斑。" if self.elsewhere else ""


def listed(evidence: QuerySet[Evidence], user: User) -> list[Evidence]:
    """材料的查询 → 列表，每份带 twins（照片才有）；先按 user 的范围筛，看不见的村不透露，查询次数固定。"""
    items = list(
        evidence.visible_to(user)
        .select_related("by", "record__milestone", "patch")
        .order_by("created_at", "pk")
    )
    photos = [item.sha256 for item in items if item.kind == Evidence.Type.PHOTO]
    twins_of = _twins(photos, user)
    for item in items:
        item.twins = twins_of(item.sha256, item.patch_id)
    return items


def _twins(hashes, user):
    """一次查出这些照片用在哪些图斑；返回 f(sha256, 本图斑) → Twins。"""
    found = defaultdict(dict)
    # 这里故意不按范围筛：看不见的村只回答“有”，不带出任何内容。
    same = Evidence.objects.filter(kind=Evidence.Type.PHOTO, sha256__in=set(hashes))
    for item in same.select_related("patch__village").order_by("patch__code", "pk"):
        found[item.sha256][item.patch_id] = item.patch
    visible = set()
    if found:
        visible = set(Village.objects.visible_to(user).values_list("pk", flat=True))

    def twins_of(sha256, patch_pk):
        others = [patch for pk, patch in found.get(sha256, {}).items() if pk != patch_pk]
        seen = tuple(patch for patch in others if patch.village_id in visible)
        return Twins(seen, len(seen) < len(others))

    return twins_of
