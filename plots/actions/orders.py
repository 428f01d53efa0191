"""督办单：签发、答复、办结、撤回。只增不改；锁住这一张再看，两个人同时办的只成一个，另一个得到一句话。"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from plots import evidence
from plots.actions.permissions import NotAllowed
from plots.evidence.checking import Checked
from plots.models import OrderReply, Patch, SupervisionOrder
from taiping.ground import dates
from taiping.ground.actors import actors, said
from taiping.ground.dates import date_beside, long_date
from taiping.ground.permissions import condition, first_refusal
from tasks.models import Milestone, Plan, Target, WorkingGroup
from villages.models import Role, User, Village, sees

WORDS_LIMIT = 2000
LARGEST_NUMBER = 99_999


@condition(said("督办由领导或{镇}工作人员写，有情况请在督办单上答复。"))
def may_issue(user: User, order: SupervisionOrder | None = None) -> bool:
    return not user.is_secretary


@condition(lambda user, order: standing_refusal(order, "不用再答复"))
def is_open(user: User, order: SupervisionOrder) -> bool:
    return not (order.is_closed or order.is_withdrawn)


@condition(lambda user, order: _not_answered_by(user, order))
def may_answer(user: User, order: SupervisionOrder) -> bool:
    """村里答复发给自己村的；镇工作人员谁的都能代为答复，工作组没有账号，由他们写。"""
    if user.is_town:
        return True
    return user.is_secretary and order.village_id is not None and sees(user, order.village_id)


@condition("办结由签发人、领导或管理员办理。")
def may_close(user: User, order: SupervisionOrder) -> bool:
    return user.pk == order.by_id or user.role in (Role.LEADER, Role.ADMIN)


ANSWERING = (may_answer, is_open)
CLOSING = (may_close, is_open)


def _not_answered_by(user, order):
    if user.role == Role.LEADER:
        return f"领导账号只看督办、办结督办，答复请{actors.village}里或{actors.town}工作人员写。"
    return f"这张督办单是发给{order.to}的，请由{order.to}或{actors.town}工作人员答复。"


def standing_refusal(order: SupervisionOrder, what: str) -> str:
    """已经办结、撤回的说是谁在哪天办的；没有的是空。what 是接着的一句，如“不用再答复”。"""
    if order.is_closed:
        day = date_beside(order.closed_on, dates.today())
        return f"{order}已经由{order.closed_by} {day}办结，{what}。"
    if order.is_withdrawn:
        return f"{order}{order.withdrawn_words}，{what}。"
    return ""


@dataclass(frozen=True)
class Wanted:
    """要签发的一张（或各村一张）说的是什么；number 空就是下一个。"""

    plan: Plan
    words: str
    issued_on: date
    answer_by: date
    target: Target | None = None
    milestone: Milestone | None = None
    number: int | None = None
    patches: Collection[Patch] = field(default_factory=tuple)


class Used(NotAllowed):
    """这张表单签发、答复过了，按后退改了再交：没有再记。"""


def next_number(plan: Plan) -> int:
    """这份方案的下一个编号；撤回的也占着号。"""
    last = SupervisionOrder.objects.filter(plan=plan).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def issue(
    wanted: Wanted,
    recipients: Iterable[Village | WorkingGroup],
    *,
    by: User,
    client_key: UUID | None = None,
    is_demo: bool = False,
) -> list[SupervisionOrder]:
    """给 recipients 各签发一张，编号接着往下；写给村的只带那个村的图斑。

    同一张表单交过的，给第一次签发的那几张。编号占用了、日期不对抛 NotAllowed，一张也不发。
    """
    if refused := first_refusal((may_issue,), by):
        raise NotAllowed(refused)
    recipients = list(recipients)
    with transaction.atomic():
        Plan.objects.select_for_update().values_list("pk").get(pk=wanted.plan.pk)
        if first := _issued_before(client_key, recipients, wanted):
            return first
        _check(wanted)
        number = wanted.number or next_number(wanted.plan)
        orders = []
        for place, to in enumerate(recipients):
            key = client_key and key_of(client_key, to)
            orders.append(_write(wanted, to, number + place, by, key, is_demo))
    return orders


def key_of(client_key: UUID, to: Village | WorkingGroup) -> UUID:
    """一张表单发给几个村，每张由它派生出自己的提交标识。"""
    return uuid.uuid5(client_key, f"{to._meta.label}:{to.pk}")


def _issued_before(client_key, recipients, wanted):
    """这张表单签发过的那几张；后来撤回了、改了话的，不能当成同一次。"""
    if client_key is None:
        return []
    keys = [key_of(client_key, to) for to in recipients]
    found = list(SupervisionOrder.objects.filter(client_key__in=keys).order_by("number"))
    is_same = len(found) == len(recipients) and all(_is_same(order, wanted) for order in found)
    if found and not is_same:
        names = "、".join(f"{order.to}的{order}" for order in found)
        raise Used(f"这张表单刚才已经签发过{names}，没有再签发。")
    return found


def _is_same(order, wanted):
    names = ("plan", "target", "milestone", "words", "issued_on", "answer_by")
    same = all(getattr(order, name) == getattr(wanted, name) for name in names)
    return same and not order.is_withdrawn


def _check(wanted):
    today = dates.today()
    if wanted.issued_on > today:
        day = long_date(wanted.issued_on)
        raise NotAllowed(f"签发日期 {day} 还没有到（今天是 {long_date(today)}），请填今天或以前。")
    if sentence := wanted.plan.too_early(wanted.issued_on):
        raise NotAllowed(f"签发日期 {sentence}")
    if wanted.answer_by < wanted.issued_on:
        raise NotAllowed(
            f"答复日期 {long_date(wanted.answer_by)} 早于签发的 {long_date(wanted.issued_on)}，"
            "请填签发那天或以后的日期。"
        )


def _write(wanted, to, number, by, key, is_demo):
    taken = SupervisionOrder.objects.filter(plan=wanted.plan, number=number).exists()
    if taken:
        raise NotAllowed(
            f"{wanted.plan}已经有第 {number} 号督办单，下一个没有用的是 {next_number(wanted.plan)}。"
        )
    order = SupervisionOrder(
        plan=wanted.plan,
        number=number,
        target=wanted.target,
        milestone=wanted.milestone,
        words=wanted.words,
        issued_on=wanted.issued_on,
        answer_by=wanted.answer_by,
        by=by,
        client_key=key,
        is_demo=is_demo,
        **({"village": to} if isinstance(to, Village) else {"group": to}),
    )
    try:
        order.clean()
    except ValidationError as refusal:
        raise NotAllowed("".join(refusal.messages)) from None
    order.save()
    # 锁住再写：正好随那次导入撤回了的不在里面
    own = Patch.objects.filter(pk__in=[patch.pk for patch in wanted.patches])
    own = own.filter(village=to) if isinstance(to, Village) else own
    order.patches.set(own.select_for_update().order_by("pk"))
    return order


def answer(
    order: SupervisionOrder,
    *,
    words: str,
    by: User,
    on: date | None = None,
    files: Sequence[Checked] = (),
    client_key: UUID | None = None,
) -> OrderReply:
    """答复一次，files 是查过的照片和文件；交过的给第一次的那条，已经办结、撤回、轮不到的抛 NotAllowed。"""
    try:
        with evidence.saving():
            order = lock(order, by)
            if client_key and (first := order.replies.filter(client_key=client_key).first()):
                if first.words != words:
                    raise Used("这张表单刚才已经答复过，没有再记。")
                return first
            if refused := first_refusal(ANSWERING, by, order):
                raise NotAllowed(refused)
            on = _day(order, on, "答复")
            demo = {"is_demo": order.is_demo}
            reply = OrderReply.objects.create(
                order=order, on=on, words=words, by=by, client_key=client_key, **demo
            )
            if files:
                reply.files.set(evidence.attach_files(files, by, village=order.village, **demo))
            return reply
    except IntegrityError:
        if client_key and OrderReply.objects.filter(client_key=client_key).exists():
            raise NotAllowed("这张表单已经答复过另一张督办单，请回到这张督办单重新填写。") from None
        raise


class News(NotAllowed):
    """打开以后又有了答复：先看过再办结。"""


def close(
    order: SupervisionOrder,
    *,
    by: User,
    seen: int | None,
    words: str = "",
    on: date | None = None,
) -> SupervisionOrder:
    """办结一次；seen 是打开时最后一条答复的主键（没有是 0），后来又有答复的抛 News，没有答复的要写意见。"""
    with transaction.atomic():
        order = lock(order, by)
        if refused := first_refusal(CLOSING, by, order):
            raise NotAllowed(refused.replace("不用再答复", "不用再办"))
        replies = list(order.replies.select_related("by").order_by("pk"))
        last = replies[-1].pk if replies else 0
        if seen is not None and last > seen:
            newer = [reply for reply in replies if reply.pk > seen]
            raise News(f"您打开以后，{newer[-1].by}又答复了，请看过再办结。")
        if not replies and not words.strip():
            raise NotAllowed("还没有答复就办结的，请写明为什么。")
        order.closed_on = _day(order, on, "办结", replies)
        order.closed_at, order.closed_by, order.closing_words = dates.now(), by, words.strip()
        order.save(update_fields=["closed_on", "closed_at", "closed_by", "closing_words"])
    return order


def withdraw(order: SupervisionOrder, *, by: User, reason: str) -> SupervisionOrder:
    """发错了的撤回：从签发那天起当没有发过，记录留着；已经办结的不撤回。"""
    with transaction.atomic():
        order = lock(order, by)
        if refused := first_refusal(CLOSING, by, order):
            raise NotAllowed(refused.replace("不用再答复", "不能撤回").replace("办结由", "撤回由"))
        order.withdrawn_on, order.withdrawn_at = order.issued_on, dates.now()
        order.withdrawn_by, order.withdrawal_reason = by, reason
        names = ["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"]
        order.save(update_fields=names)
    return order


def lock(order: SupervisionOrder, by: User) -> SupervisionOrder:
    """锁住这一张直到事务结束，读到的是最新的；看不见的抛 DoesNotExist。"""
    SupervisionOrder.objects.select_for_update().values_list("pk").get(pk=order.pk)
    related = ("village", "group", "closed_by", "withdrawn_by")
    found = SupervisionOrder.objects.visible_to(by).select_related(*related)
    return found.get(pk=order.pk)


def _day(order, on, what, replies=()):
    """答复、办结的那天：不在将来，不早于签发，办结不早于最后一次答复。"""
    today = dates.today()
    on = on or today
    if on > today:
        sentence = (
            f"{what}日期 {long_date(on)} 还没有到（今天是 {long_date(today)}），请填今天或以前。"
        )
        raise NotAllowed(sentence)
    if on < order.issued_on:
        issued = long_date(order.issued_on)
        raise NotAllowed(f"{what}日期 {long_date(on)} 早于签发的 {issued}，请填那天或以后的日期。")
    last = max((reply.on for reply in replies), default=on)
    if on < last:
        raise NotAllowed(
            f"{what}日期 {long_date(on)} 早于最后一次答复的 {long_date(last)}，请核对。"
        )
    return on
