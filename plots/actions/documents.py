"""整改路径和材料能做什么：定路径、交材料、撤回交错的。都先锁住图斑再看，只增不改。"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from plots import evidence
from plots.actions.permissions import NotAllowed, is_in_scope, is_whole
from plots.evidence import Checked
from plots.models import Patch, RemedyDocument, RouteChange
from plots.models.deadlines import local_date
from taiping.ground import dates
from taiping.ground.actors import said
from taiping.ground.dates import long_date
from taiping.ground.permissions import condition, first_refusal, saying
from tasks.models import RemedyItem, RemedyRoute
from villages.models import User
from villages.rules import is_not_leader, is_town

LEADER = said("领导账号只能查看和督办，整改路径和材料请{镇}工作人员或村支部书记办理。")
USED_FORM = "这张表单刚才已经交过一份，没有再记。"
NOT_CHOSEN = said("还没有定整改路径，先请{镇}工作人员定下走哪条路径。")


@condition(NOT_CHOSEN)
def has_route(user, patch):
    return patch.remedy_id is not None


@condition("这份材料已经撤回了。")
def stands(user, document):
    return not document.is_withdrawn


@condition(said("交错的材料由{镇}工作人员撤回；自己交的，当天可以自己撤回。"))
def may_take_back(user, document):
    is_own = document.by_id == user.pk
    return user.is_town or (is_own and local_date(document.created_at) == dates.today())


NOT_LEADER = saying(LEADER, is_not_leader)
CHOOSING = (
    is_in_scope,
    NOT_LEADER,
    saying(said("整改路径由{镇}工作人员定，请联系{镇}里。"), is_town),
    is_whole,
)
HANDING_IN = (is_in_scope, NOT_LEADER, is_whole, has_route)
TAKING_BACK = (NOT_LEADER, stands, may_take_back)


class Overtaken(NotAllowed):
    """打开表以后别人先办了：说明是一句话，latest 是现在的样子，再交要带上它。"""

    def __init__(self, sentence: str, latest: str):
        super().__init__(sentence)
        self.latest = latest


@transaction.atomic
def choose_route(patch: Patch, route: RemedyRoute | None, *, by: User, seen: str) -> Patch:
    """定走哪条整改路径，空是还没有定。seen 是打开表时的路径：别人先改了抛 Overtaken。"""
    patch = _locked(patch, CHOOSING, by)
    now = patch.remedy_id or ""
    code = route.code if route else ""
    if now not in (seen, code):
        raise Overtaken(f"您打开以后，别人已经把整改路径改成了“{patch.remedy}”。", now)
    if now != code:
        RouteChange.objects.create(patch=patch, was=patch.remedy, became=route, by=by)
        patch.remedy = route
        patch.save(update_fields=["remedy"])
    return patch


@transaction.atomic
def hand_in(
    patch: Patch,
    item: RemedyItem,
    *,
    by: User,
    on: date,
    number: str = "",
    words: str = "",
    files: Sequence[Checked] = (),
    at: datetime | None = None,
    client_key: UUID | None = None,
    seen: int | None = None,
) -> RemedyDocument:
    """交一样材料，顶替先交的；同一张表交两次只算一次。

    seen 是打开表时眼下的那一份（没有是 0）：别人先交了抛 Overtaken；不给就不看。
    没有附文件的，先交的文件接着用；files 是查过的，在 evidence.saving() 里办。
    """
    patch = _locked(patch, HANDING_IN, by)
    told = {"item": item, "on": on, "number": number, "words": words}
    if client_key and (first := _entered(client_key, patch, told)):
        return first
    at = at or dates.now()
    former = _standing(patch, item)
    if seen is not None and former and former.pk != seen:
        raise Overtaken(_told(former), str(former.pk))
    document = RemedyDocument(patch=patch, **told)
    _check(document, files, former, local_date(at))
    document.by, document.created_at, document.client_key = by, at, client_key
    document.is_demo = patch.is_demo
    _save(document)
    if files:
        document.files.set(
            evidence.attach_files(files, by, patch=patch, at=at, is_demo=patch.is_demo)
        )
    elif former:
        document.files.set(former.files.all())
    return document


@transaction.atomic
def take_back(document: RemedyDocument, *, by: User, reason: str) -> RemedyDocument:
    """撤回交错的一份：任何一天都当没有交过；按录入日期看，撤回以前的日子还是当时的样子。"""
    Patch.objects.select_for_update().values_list("pk").get(pk=document.patch_id)
    document = RemedyDocument.objects.select_related("item").get(pk=document.pk)
    if refused := first_refusal(TAKING_BACK, by, document):
        raise NotAllowed(refused)
    if not reason.strip():
        raise NotAllowed("请填为什么撤回。")
    document.withdrawn_on, document.withdrawn_at = document.on, dates.now()
    document.withdrawn_by, document.withdrawal_reason = by, reason.strip()
    document.save(
        update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"]
    )
    return document


def _locked(patch, conditions, by):
    patch = Patch.objects.select_for_update(of=("self",)).select_related("target").get(pk=patch.pk)
    if refused := first_refusal(conditions, by, patch):
        raise NotAllowed(refused)
    return patch


def _entered(client_key, patch, told):
    """这张表交过的那一份；还没有交过是 None。填的变了、交的是别的，不能当成同一次。"""
    first = RemedyDocument.objects.filter(client_key=client_key).first()
    if first and (first.patch, first.item) != (patch, told["item"]):
        raise NotAllowed(f"{USED_FORM}请回图斑页重新打开再交。")
    if first and any(getattr(first, name) != value for name, value in told.items()):
        raise Overtaken(USED_FORM, str(first.pk))
    return first


def _save(document):
    try:
        with transaction.atomic():
            document.save()
    except IntegrityError:  # 锁的是图斑：同一张表同时交到两块图斑上
        raise NotAllowed(f"{USED_FORM}请回图斑页重新打开再交。") from None


def _standing(patch, item):
    """这样材料眼下的一份；没有是 None。"""
    found = RemedyDocument.objects.filter(patch=patch, item=item, withdrawn_at=None)
    return found.with_file_mark().select_related("by").order_by("created_at", "pk").last()


def _told(document):
    moment = timezone.localtime(document.created_at)
    return f"您打开以后，{document.by}在 {moment:%H:%M} 已经交了一份，没有保存您填的。"


def _check(document, files, former, today):
    """这样材料归图斑的路径管、还在用，日期到了，不是一样也没有填。"""
    item, patch = document.item, document.patch
    if not item.in_use or item.route.code != patch.remedy_id:
        raise NotAllowed(f"图斑 {patch.code} 的整改路径现在不要“{item.name}”，请回图斑页再看一眼。")
    if document.on > today:
        raise NotAllowed(f"日期 {long_date(document.on)} 还没有到，到了那天再填。")
    has_file = bool(files) or bool(former and former.has_file)
    if not (item.needs_date or document.number or document.words or has_file):
        raise NotAllowed(f"“{item.name}”一样也没有填。请填上编号、说明，或附上文件。")
