"""图斑页上“整改路径和材料”一节：走哪条路径，要的材料有了哪几样、还差什么，交过的全部。"""

from dataclasses import dataclass, field

from plots.actions import documents
from plots.ledger.papers import Papers, checklists, papers_from
from plots.models import Patch, RemedyDocument
from taiping.ground.permissions import first_refusal
from tasks.models import Target
from villages.models import User


@dataclass
class Section:
    """papers 是要的材料，没有路径、路径没写要什么的是 None；earlier 是撤回的、顶替了的、别的路径的。"""

    may_choose: bool
    may_hand_in: bool
    papers: Papers | None = None
    earlier: list[RemedyDocument] = field(default_factory=list)
    own: set[int] = field(default_factory=set)  # 这个人能撤回的


def section_of(user: User, patch: Patch) -> Section | None:
    """违法占用这样的问题清单才有；别的任务的图斑定了路径的也有。没有这一节是 None。"""
    if patch.target.kind != Target.Kind.CASES and not patch.remedy_id:
        return None
    # 看得见这块图斑，才到得了这里
    made = Section(
        may_choose=not first_refusal(documents.CHOOSING[1:], user, patch),
        may_hand_in=not first_refusal(documents.HANDING_IN[1:], user, patch),
    )
    found = patch.documents.select_related("by", "withdrawn_by", "item")
    found = list(found.with_file_mark().prefetch_related("files").order_by("created_at", "pk"))
    if patch.remedy_id:
        items = checklists(patch.remedy_id)[patch.remedy_id].items
        standing = [document for document in found if not document.is_withdrawn]
        made.papers = papers_from(items, standing) if items else None
    shown = {row.document.pk for row in made.papers.rows if row.document} if made.papers else set()
    made.earlier = [document for document in reversed(found) if document.pk not in shown]
    made.own = {
        document.pk
        for document in found
        if not first_refusal(documents.TAKING_BACK, user, document)
    }
    return made
