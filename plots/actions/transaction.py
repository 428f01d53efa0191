"""动作的公共部分：锁住图斑、认出重复提交、查权限和日期、写记录、撤回记录、重算状态。"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps

from django.db import IntegrityError, transaction
from django.utils import timezone

from plots.actions import permissions as permits
from plots.actions.permissions import NotAllowed
from plots.ledger.replay import replay, settle
from plots.models import Kind, Patch, RectificationRecord
from plots.models.deadlines import local_date
from taiping.ground.dates import long_date

MAX_MU = Decimal(10) ** 9  # 面积字段放得下的最大数
LAST_DEED = {
    Kind.REPORT: "上报“{step}”的日期",
    Kind.PASS: "核实通过的日期",
    Kind.RETURN: "退回的日期",
    Kind.EXEMPT: "认定核查无问题的日期",
    Kind.DEFER: "暂缓的日期",
    Kind.RESUME: "恢复整改的日期",
}


class Entry:
    """正在办理的一笔：锁住的图斑、经办人 by、完成日期 on、录入时刻 at，以及图斑的现状。"""

    def __init__(self, patch, by, on, at, client_key):
        self.patch, self.by, self.client_key = patch, by, client_key
        self.at: datetime = at or timezone.now()
        self.today: date = local_date(self.at)
        self.on: date = on or self.today
        self.milestones = list(
            patch.target.milestones.select_related("target__plan").order_by("order")
        )
        self.records = list(patch.records.select_related("milestone"))

    @property
    def state(self):
        return replay(self.patch, self.records, self.milestones)

    def write(self, kind, milestone=None, *, keyed=True, **fields):
        """添一条记录；没给时间节点就记在眼下那一步。表单的提交标识只放在 keyed 的那条上。"""
        record = RectificationRecord.objects.create(
            patch=self.patch,
            village=self.patch.village,
            kind=kind,
            done_on=self.on,
            created_at=self.at,
            milestone=milestone or self.state.here,
            by=self.by,
            is_demo=self.patch.is_demo,
            client_key=self.client_key if keyed else None,
            **fields,
        )
        self.records.append(record)
        return record

    def withdraw(self, records):
        """从 on 这天起撤回这些记录；记录还在，只补上撤回的日期、时间和人。"""
        for record in records:
            record.withdrawn_on, record.withdrawn_at, record.withdrawn_by = (
                self.on,
                self.at,
                self.by,
            )
            record.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by"])

    def check_date(self, *, in_order=True):
        """日期不在将来、不在方案开始之前；in_order 时也不早于这块图斑上一次办理的日期。"""
        on, starts_on = self.on, self.patch.target.plan.starts_on
        if on > self.today:
            today = long_date(self.today)
            raise NotAllowed(f"日期 {long_date(on)} 还没有到，请填今天（{today}）或以前的日期。")
        if on < starts_on:
            raise NotAllowed(
                f"日期 {long_date(on)} 早于方案开始的 {long_date(starts_on)}，请核对后重填。"
            )
        if not in_order:
            return
        since_on = self.patch.since_on
        if since_on and on < since_on:
            raise NotAllowed(f"这块图斑 {long_date(since_on)} 才拆分出来，请填这天或以后的日期。")
        last = max(
            self.state.standing, key=lambda record: (record.done_on, record.pk), default=None
        )
        if last and on < last.done_on:
            deed = LAST_DEED[last.kind].format(step=last.milestone.name)
            raise NotAllowed(
                f"日期 {long_date(on)} 早于{deed} {long_date(last.done_on)}，请填这天或以后的日期。"
            )


def action(verb):
    """把一个动作包成一笔：一个事务里锁图斑、查权限、办理、重算。

    动作用 f(patch, *, by, on=None, at=None, client_key=None, ...) 调用，返回写下的记录；on 空就是当天，
    at 是录入时刻（默认现在）。同一个 client_key 再来一次，返回第一次的记录；用在别的图斑上会被拒绝。
    不能办时抛 NotAllowed，说明该怎么办。
    """

    def wrap(function):
        @wraps(function)
        def act(patch, *, by, on=None, at=None, client_key=None, **given):
            try:
                with transaction.atomic():
                    locked = lock(patch)
                    _refuse(permits.in_scope(by, locked))
                    if first := _answered(client_key, locked):
                        return first
                    _refuse(permits.refusal(verb, by, locked))
                    entry = Entry(locked, by, on, at, client_key)
                    if not entry.milestones:
                        raise NotAllowed(
                            f"“{locked.target.name}”还没有时间节点，请管理员先在方案里补上。"
                        )
                    record = function(entry, **given)
                    settle(locked)
                    return record
            except IntegrityError:
                # 同一个提交标识在两块图斑上同时到：另一块先写成了，这里认出它并拒绝。
                if first := _answered(client_key, patch):
                    return first
                raise

        return act

    return wrap


def lock(patch):
    """锁住图斑这一行直到事务结束，读到的是最新的。"""
    # 先只锁、再另查：连着别的表一起锁，等锁之后 PostgreSQL 给的关联行可能是旧的。
    Patch.objects.select_for_update().values_list("pk").get(pk=patch.pk)
    return Patch.objects.select_related("target__plan", "village", "next_milestone").get(
        pk=patch.pk
    )


def _refuse(sentence):
    if sentence:
        raise NotAllowed(sentence)


def _answered(client_key, patch):
    if client_key is None:
        return None
    first = RectificationRecord.objects.filter(client_key=client_key).first()
    if first and first.patch_id != patch.pk:
        raise NotAllowed("这张表单已经用在另一块图斑上，请回到这块图斑的页面重新填写。")
    return first


def mu(value, label="面积"):
    """面积：Decimal 或能转成 Decimal 的文字 → 0 以上、最多 9 位整数和 6 位小数的 Decimal（亩）。"""
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.000001"))
    except InvalidOperation:
        raise NotAllowed(f"{label}“{value}”不是数字，请填如 3.50。") from None
    if not amount.is_finite() or amount < 0 or amount != Decimal(str(value)):
        raise NotAllowed(f"{label}“{value}”不对，请填 0 以上的数，最多 6 位小数。")
    if amount >= MAX_MU:
        raise NotAllowed(f"{label}“{value}”太大了，请核对单位是不是亩。")
    return amount


def needed(text, what):
    """必填的文字；空着就说清要填什么。"""
    text = (text or "").strip()
    if not text:
        raise NotAllowed(f"请填{what}。")
    return text


def short(text, what, limit):
    """去掉两头空白、不超过 limit 个字的文字。"""
    text = (text or "").strip()
    if len(text) > limit:
        raise NotAllowed(f"{what}有 {len(text)} 个字，请改到 {limit} 个字以内。")
    return text
