"""页面上的脚本交来的上报：和网页交表同一张表、同一个动作，答的是数据；照片先已传来。"""

from django.conf import settings
from django.contrib import messages
from django.urls import reverse

from plots import actions, evidence
from plots.actions import messages as words
from plots.actions.messages import identifier
from plots.actions.transaction import lock
from plots.models import Evidence
from plots.pages.file_fields import KeptFiles
from plots.pages.report.entrance import closed, refused
from plots.pages.report.forms import FINAL, ReportForm
from plots.pages.submission import submit_form
from taiping.ground.web import answer


class _Missing(Exception):
    """表上说有、这里没有的照片。"""

    def __init__(self, hashes):
        super().__init__()
        self.hashes = hashes


def act(context, form):
    """报上来，照片和文件挂在最后一个要照片的步骤上；网页交的、脚本交的都走这里。"""
    data = form.cleaned_data
    record = actions.report.within(
        context,
        on=data["done_on"],
        client_key=data["client_key"],
        step=data["milestone"],
        area_mu=data["area_mu"],
        completes=data["amount"] == FINAL,
        note=data["note"],
        external_ref=data.get("external_ref", ""),
        photos=data["photo_count"],
        made_at=data["made_at"],
    )
    owner = _owner(context, record)
    for material in data["evidence"]:
        evidence.store(owner, material, context.by)
    return record


def _owner(context, record):
    owner = record
    for part in context.together(record):
        if part.milestone.min_photos:
            owner = part
    return owner


def submit(request, patch):
    """201 记下了；200 这张表早先已经记下；409 别人先动过、现在不能报；422 哪一格不对；428 还缺哪几张照片。"""
    if said := refused(request, patch):
        status, sentence = said
        return answer(status, words=sentence)
    try:
        outcome, is_new = _submit(request, patch)
        late = "" if is_new or not outcome.submitted else _add_late(request, outcome.submitted)
    except _Missing as missing:
        return answer(428, missing=missing.hashes)
    if outcome.submitted:
        return _done(request, outcome.submitted, is_new, late)
    if ended := closed(request.user, outcome.context.patch) or outcome.refused:
        return answer(409, state="closed", words="；".join([*outcome.changed, ended]))
    if outcome.changed:
        return answer(409, state="changed", news=outcome.changed, seen=outcome.context.last_seen)
    return answer(422, fields=outcome.form.errors)


def _submit(request, patch):
    """(结果, 是不是头一回)：没有填表就成了的，这张表早先已经交过。"""
    filled = []

    def make_form(context):
        filled.append(True)
        return ReportForm(request.POST, KeptFiles(_arrived(request, patch)), context=context)

    outcome = submit_form(request, patch, "report", make_form, act)
    return outcome, bool(filled)


def _arrived(request, patch):
    """表上列的照片，都先传来了的那几行；有没到的抛 _Missing。"""
    key = identifier(request.POST.get("client_key"))
    return _waiting(request, patch, key, request.POST.getlist("photos"))


def _waiting(request, patch, key, listed):
    """锁住了的：这会儿不会被清掉。"""
    rows = evidence.waiting_for(patch, key, request.user).select_for_update() if key else []
    arrived = {row.original_sha256: row for row in rows}
    if missing := [sha256 for sha256 in listed if sha256 not in arrived]:
        raise _Missing(missing)
    return [arrived[sha256] for sha256 in dict.fromkeys(listed)]


def _add_late(request, submitted):
    """第一次交的时候还没有的照片（另一个窗口里又添的），补在那条记录上；不能补的说一声。"""
    most = settings.EVIDENCE_MAX_FILES
    record, context = submitted.record, submitted.context
    listed = dict.fromkeys(request.POST.getlist("photos"))
    kept = set(
        Evidence.objects.filter(record__in=context.together(record)).values_list(
            "original_sha256", flat=True
        )
    )
    late = [sha256 for sha256 in listed if sha256 not in kept]
    if not late:
        return ""
    if record.is_withdrawn or record.by_id != request.user.pk:
        return f"后添的 {len(late)} 张照片没有收：那次上报已经退回。"
    if len(kept) + len(late) > most:
        return f"后添的 {len(late)} 张照片没有收：照片和文件一次最多 {most} 个。"
    with evidence.saving():
        lock(context.patch, request.user)
        for pending in _waiting(request, context.patch, record.client_key, late):
            evidence.store(_owner(context, record), pending, request.user)
    return f"后添的 {len(late)} 张照片补在了那次上报里。"


def _done(request, submitted, is_new, late):
    said = words.reported(submitted)
    if not is_new:
        said = f"这张表已经收到过，以第一次交的为准。{said}{late}"
    if request.POST.get("is_on_page"):  # 人就在这一页等着：下一页上说
        messages.success(request, said)
    patch = submitted.context.patch
    is_secretary = request.user.is_secretary
    following = reverse("plots:my") if is_secretary else reverse("plots:patch", args=[patch.pk])
    return answer(201 if is_new else 200, state="done", words=said, next=following)
