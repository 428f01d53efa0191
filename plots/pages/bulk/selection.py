"""成批办理选的是哪些图斑：一个个勾选的，或台账里一个筛选的全部。

全部的记的是条件和当时的个数：要办的时候照条件重新查一遍，个数变了就说一声，再问一次。
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.urls import reverse

from plots.ledger.replay import read_steps
from plots.models import Patch
from plots.pages.patch_list.filters import PatchFilter
from taiping.ground.web import whole_number
from tasks.models.question import Question
from villages.models import User

MOST_AT_ONCE = 500
MOST_CHARS = 2000
TOO_MANY = f"一次最多办 {MOST_AT_ONCE} 个，请先筛选得少一些。"
TOO_LONG = "筛选的条件太长，没有选成全部。请少写几个条件，或者一页一页地选。"
REVIEW = "review"  # 从待核实来的，办完回到那里


@dataclass
class Selection:
    """选的图斑；count 是选全部时现在的个数（一个个勾的是 None），problem 是选不成、要再看一遍的那句话。"""

    patches: list[Patch] = field(default_factory=list)
    count: int | None = None
    problem: str = ""


def selected(posted: QueryDict, user: User) -> Selection:
    """表单里选的、看得见的图斑，按台账的顺序；乱写的不理会。"""
    asked = whole_number(posted.get("all"))
    if asked is None:
        return Selection(picked(ticked(posted), user))
    if len(posted.get("back", "")) > MOST_CHARS:
        return Selection(problem=TOO_LONG)
    conditions = QueryDict(posted.get("back", ""))
    filters = PatchFilter(
        conditions,
        queryset=Patch.objects.visible_to(user),
        user=user,
        question=Question.from_params(conditions),
    )
    if filters.problems:
        return Selection(problem="".join(filters.problems))
    found = list(filters.qs.order_by().values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(found) > MOST_AT_ONCE:
        return Selection(problem=TOO_MANY)
    return Selection(picked(found, user), len(found), _moved(posted, asked, found))


def _moved(posted, asked, found):
    """选的时候是 asked 个；看过预览的还带着看过的那些，换了别的也算变了。"""
    shown = ticked(posted) or set(found)
    if asked == len(found) and shown == set(found):
        return ""
    return f"选的时候是 {asked} 个，现在符合这些条件的是 {len(found)} 个，不全是原来那些。请看清楚再办。"


def ticked(posted: QueryDict) -> set[int]:
    """勾选的主键；乱写的不理会。"""
    return {whole_number(pk) for pk in posted.getlist("pk")[:MOST_AT_ONCE]} - {None}


def picked(pks: Iterable[int], user: User) -> list[Patch]:
    """这些主键里看得见的图斑，按台账的顺序。"""
    patches = Patch.objects.visible_to(user).filter(pk__in=pks)
    # 同一个任务只取一次，一块一块办的时候接着用
    related = patches.select_related("next_milestone").prefetch_related("target__plan", "village")
    found = list(related.order_by("target__order", "village__order", "code", "pk"))
    read_steps([patch.target for patch in found])
    return found


def place_of(posted: QueryDict) -> tuple[str, str]:
    """(从哪里来的, 回去的地址)：台账或待核实；只认参数，不认地址，免得被带到别处去。"""
    is_review = posted.get("from") == REVIEW
    conditions = QueryDict(posted.get("back", "")[:MOST_CHARS], mutable=True)
    conditions.pop("select", None)
    query = conditions.urlencode()
    home = reverse("plots:review" if is_review else "plots:patch_list")
    return ("待核实" if is_review else "图斑台账"), home + (f"?{query}" if query else "")
