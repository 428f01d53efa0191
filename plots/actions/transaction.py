"""交一次、办一笔：锁住图斑，认出重复提交和别人先办的，查权限和日期，写记录，撤回记录，重算状态。

页面、成批办理、导入、命令都从 submit 走；动作在锁住的图斑上办。
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property, wraps
from itertools import chain
from uuid import UUID

from django.db import IntegrityError

from plots import evidence
from plots.actions import permissions
from plots.actions.messages import news
from plots.actions.permissions import NotAllowed
from plots.ledger.replay import (
    WORK,
    PatchStanding,
    read_records,
    read_steps,
    records_of,
    replay,
    settle,
    steps_of,
)
from plots.models import Evidence, Kind, Patch, RectificationRecord
from plots.models.deadlines import local_date
from taiping.ground import dates
from taiping.ground.codes import clean_code
from taiping.ground.dates import long_date
from tasks.models import Milestone
from villages.models import User

NOT_YET = "日期 {day} 还没有到，请填今天（{today}）或以前的日期。"
LACKING_PHOTOS, LACKING_REF = "还缺 {count} 张照片", "请填{label}"
MAX_MU = Decimal(10) ** 9  # 面积字段放得下的最大数
LAST_RECORD = {
    Kind.REPORT: "上报“{step}”的日期",
    Kind.PASS: "核实通过的日期",
    Kind.RETURN: "退回的日期",
    Kind.EXEMPT: "认定核查无问题的日期",
    Kind.DEFER: "暂缓的日期",
    Kind.RESUME: "恢复整改的日期",
    Kind.RELAPSE: "发现反弹的日期",
    Kind.CARRY: "结转的日期",
    Kind.REMOVE: "移出台账的日期",
}


class Changed(Exception):
    """打开表单以后，别人先动了这块图斑：context 是现在的样子，sentences 是他们办了什么，一件一句。"""

    def __init__(self, context: "ActionContext", sentences: list[str]):
        super().__init__("；".join(sentences))
        self.context, self.sentences = context, sentences


class ActionContext:
    """办一笔要知道的：图斑、经办人 by、今天、录入时刻 at，以及图斑的现状 state。

    submit 给的已经锁住，可以写；页面为了排表单自己造的只看不写。
    """

    def __init__(self, patch: Patch, by: User, at: datetime | None = None):
        self.patch, self.by = patch, by
        self.at: datetime = at or dates.now()
        self.today: date = local_date(self.at)
        self.on: date = self.today
        self.client_key: UUID | None = None
        self.milestones: list[Milestone] = steps_of(patch)
        self.records: list[RectificationRecord] = records_of(patch, self.milestones)
        self.state: PatchStanding = replay(patch, self.records, self.milestones)

    @property
    def upload_label(self) -> str:
        """要填的上传编号在方案里叫什么。"""
        return self.patch.target.plan.upload_label

    @property
    def last_seen(self) -> int:
        """最后一条记录的主键；打开表单时记下，提交时看有没有更新的。没有记录是 0。"""
        return self.records[-1].pk if self.records else 0

    def first_answer(self, client_key: UUID | None) -> RectificationRecord | None:
        """同一张表单已经交过一次时的那条记录。"""
        for record in self.records:
            if client_key is not None and record.client_key == client_key:
                return record
        return None

    def together(self, record: RectificationRecord) -> list[RectificationRecord]:
        """和这一条一次报上来的各步记录，按步骤先后。"""
        found = [
            other
            for other in self.records
            if other.kind == Kind.REPORT
            and not other.is_added_with_plan
            and (other.by_id, other.created_at) == (record.by_id, record.created_at)
        ]
        return sorted(found, key=lambda other: other.milestone.order)

    @property
    def step_of_report(self) -> dict[int, int]:
        """有效的上报：{照片所在的记录的主键: 时间节点主键}。结转来的，照片还在老图斑的那条记录上。"""
        reports = [record for record in self.state.standing if record.kind == Kind.REPORT]
        return {
            record.details.get("carried", {}).get("record", record.pk): record.milestone_id
            for record in reports
        }

    @cached_property
    def kept_photos(self) -> Counter:
        """有效的上报各步已经带了几张照片：{时间节点主键: 张数}。"""
        step_of = self.step_of_report
        found = Counter()
        for record, count in photos_on(step_of).items():
            found[step_of[record]] += count
        return found

    def missing_materials(
        self, milestone: Milestone, photos: int = 0, external_ref: str = ""
    ) -> list[str]:
        """这一步要完成还缺什么，每样一句话；photos 是这次带的张数，这一步还有效的记录已带的也算。"""
        missing = []
        if milestone.min_photos > photos:
            lacking = milestone.min_photos - photos - self.kept_photos[milestone.pk]
            if lacking > 0:
                missing.append(LACKING_PHOTOS.format(count=lacking))
        if milestone.needs_external_ref and not external_ref:
            parts = self.state.step_of(milestone).parts
            if not any(part.external_ref for part in parts if part.kind == Kind.REPORT):
                missing.append(LACKING_REF.format(label=self.upload_label))
        return missing

    def write(
        self, kind: Kind, milestone: Milestone | None = None, *, keyed: bool = True, **fields
    ) -> RectificationRecord:
        """添一条记录；没给时间节点就记在眼下那一步。表单的提交标识只放在 keyed 的那条上。"""
        given = {"village": self.patch.village, **fields}
        if kind in WORK:
            given["due_on"] = self.state.due_on
        record = RectificationRecord.objects.create(
            patch=self.patch,
            kind=kind,
            done_on=self.on,
            created_at=self.at,
            milestone=milestone or self.state.here,
            by=self.by,
            is_demo=self.patch.is_demo,
            client_key=self.client_key if keyed else None,
            **given,
        )
        self.records.append(record)
        self.state = self.state.after(self.patch, record)
        return record

    def withdraw(self, records: Iterable[RectificationRecord]) -> None:
        """从 on 这天起撤回这些记录；记录还在，只补上撤回的日期、时间和人。"""
        records = list(records)
        for record in records:
            record.withdrawn_on = self.on
            record.withdrawn_at = self.at
            record.withdrawn_by = self.by
            record.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by"])
        self.state = self.state.without(self.patch, records)

    def end(self) -> None:
        """从 on 这天起不再算：撤回还有效的上报、核实、暂缓、核查无问题、反弹，过去的日子不变。"""
        counted = (*WORK, Kind.DEFER, Kind.EXEMPT, Kind.RELAPSE)
        self.withdraw([record for record in self.state.standing if record.kind in counted])
        self.patch.until_on, self.patch.until_at = self.on, self.at
        self.recount()
        settle(self.patch, self.state, also=["until_on", "until_at"])

    def recount(self) -> None:
        """图斑本身或旧记录改过了，从记录重新看一遍现状。"""
        self.state = replay(self.patch, self.records, self.milestones)

    def check_date(self, on: date | None = None, *, in_order: bool = True) -> None:
        """日期不在将来、不在方案开始之前；in_order 时也不早于这块图斑上一次办理的日期。"""
        on = on or self.on
        if on > self.today:
            raise NotAllowed(on_day(NOT_YET, on, self.today))
        earliest, sentence = self.earliest(in_order=in_order)
        if on < earliest:
            raise NotAllowed(on_day(sentence, on, self.today))

    def earliest(self, *, in_order: bool = True) -> tuple[date, str]:
        """最早能填哪天，和再早的不行的那句话；话里的 {day} 是填的日期，用 on_day 填上。"""
        starts_on = self.patch.target.plan.starts_on
        bounds = [
            (starts_on, f"日期 {{day}} 早于方案开始的 {long_date(starts_on)}，请核对后重填。")
        ]
        if not in_order:
            return bounds[0]
        if since_on := self.patch.since_on:
            came = f"这块图斑 {long_date(since_on)} 才{_how_it_came(self.patch)}"
            bounds.append((since_on, f"{came}，请填这天或以后的日期。"))
        standing = self.state.standing
        last = max(standing, key=lambda record: (record.done_on, record.pk), default=None)
        if last:
            what = LAST_RECORD[last.kind].format(step=last.milestone.name)
            bounds.append(
                (
                    last.done_on,
                    f"日期 {{day}} 早于{what} {long_date(last.done_on)}，请填这天或以后的日期。",
                )
            )
        return max(bounds, key=lambda bound: bound[0])


def on_day(sentence: str, on: date, today: date) -> str:
    """日期不对的那句话，填上填的日期和今天；手机上的检查也照这样填。"""
    return sentence.replace("{day}", long_date(on)).replace("{today}", long_date(today))


def contexts_of(patches: Iterable[Patch], by: User) -> list[ActionContext]:
    """许多块图斑的样子，只看不写；不论几块，记录、时间节点、照片张数各查一次。"""
    patches = list(patches)
    read_steps([patch.target for patch in patches])
    read_records(patches)
    contexts = [ActionContext(patch, by) for patch in patches]
    needing = [context for context in contexts if any(m.min_photos for m in context.milestones)]
    counted = photos_on(chain.from_iterable(context.step_of_report for context in needing))
    for context in needing:
        context.kept_photos = Counter()
        for record, step in context.step_of_report.items():
            context.kept_photos[step] += counted[record]
    return contexts


def photos_on(records: Iterable[int]) -> Counter:
    """这些整改记录上各有几张照片：{记录主键: 张数}。"""
    records = set(records)
    if not records:
        return Counter()
    photos = Evidence.objects.filter(record__in=records, kind=Evidence.Type.PHOTO)
    return Counter(photos.order_by().values_list("record", flat=True))


def _how_it_came(patch):
    if patch.carried_from_id:
        return "结转过来"
    if patch.split_from_id:
        return "拆分出来"
    return "下发" if patch.batch_id else "发现"


@dataclass(frozen=True)
class Submitted:
    """办成了：record 是写下的（或第一次交时写下的）记录，context 是办完以后的样子。"""

    record: RectificationRecord
    context: ActionContext


def submit(
    patch: Patch,
    act: Callable[[ActionContext], RectificationRecord],
    *,
    by: User,
    at: datetime | None = None,
    client_key: UUID | None = None,
    seen: int | None = None,
) -> Submitted:
    """交一次：一个事务里锁住图斑，交过的给第一次的记录，别人先动过的抛 Changed，都没有才 act。

    seen 是打开表单时最后一条记录的主键，None 是不问别人办了什么。同一个 client_key 用在别的图斑上、
    现在不能办的，抛 NotAllowed。没有办成的什么也不存，写下的照片也删掉。
    """
    try:
        with evidence.saving():
            context = ActionContext(_lock_visible(patch, by), by, at)
            if first := context.first_answer(client_key):
                return Submitted(first, context)
            if seen is not None and (sentences := news(context.records, seen, by)):
                raise Changed(context, sentences)
            return Submitted(act(context), context)
    except IntegrityError:
        # 提交标识全库只许用一次：这一个已经写在另一块图斑上了。没有标识的是别的错，照样抛。
        used = client_key and RectificationRecord.objects.filter(client_key=client_key).exists()
        if used:
            raise NotAllowed(
                "这张表单已经用在另一块图斑上，请回到这块图斑的页面重新填写。"
            ) from None
        raise


def action(verb: str) -> Callable[[Callable], Callable]:
    """把一个动作包成一笔。

    f(patch, *, by, on=None, at=None, client_key=None, ...) 自己交一次，返回写下的记录；on 空就是当天，
    at 是录入时刻（默认现在）。f.within(context, *, on, client_key, ...) 在 submit 锁住的图斑上办。
    不能办时抛 NotAllowed，说明该怎么办。
    """

    def wrap(function):
        def within(context, *, on=None, client_key=None, **given):
            patch, by = context.patch, context.by
            _refuse(permissions.by_role(verb, by, patch) or permissions.by_status(verb, by, patch))
            if not context.milestones:
                raise NotAllowed(f"“{patch.target.name}”还没有时间节点，请管理员先在方案里补上。")
            context.on, context.client_key = on or context.today, client_key
            record = function(context, **given)
            settle(patch, context.state)
            return record

        @wraps(function)
        def act(patch, *, by, on=None, at=None, client_key=None, **given):
            def carry_out(context):
                return within(context, on=on, client_key=client_key, **given)

            # 只凭主键去锁：别处留着的任务、时间节点可能是旧的
            bare = Patch(pk=patch.pk)
            return submit(bare, carry_out, by=by, at=at, client_key=client_key).record

        act.within = within
        return act

    return wrap


def lock(patch: Patch, by: User | None = None) -> Patch:
    """锁住图斑这一行直到事务结束，读到的是最新的；patch 上已经带着的任务和村接着用。

    给了 by，就要在他看得见的范围里，不在的抛 Patch.DoesNotExist。
    """
    rows = Patch.objects.select_for_update()
    if by is not None:
        rows = rows.visible_to(by)
    # 只锁这一张表：连着别的表一起锁，等锁之后 PostgreSQL 给的关联行可能是旧的。
    known = patch._state.fields_cache
    if "target" not in known:
        rows.values_list("pk").get(pk=patch.pk)
        related = ("target__plan", "village", "next_milestone")
        return Patch.objects.select_related(*related).get(pk=patch.pk)
    locked = rows.get(pk=patch.pk)
    for name in ("target", "village"):
        if name in known and getattr(locked, f"{name}_id") == getattr(patch, f"{name}_id"):
            setattr(locked, name, known[name])
    return locked


def _lock_visible(patch, by):
    try:
        return lock(patch, by)
    except Patch.DoesNotExist:
        _refuse(permissions.in_scope(by, Patch.objects.get(pk=patch.pk)))
        raise


def _refuse(sentence):
    if sentence:
        raise NotAllowed(sentence)


def parse_mu(value: Decimal | str, label: str = "面积") -> Decimal:
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


def required_text(text: str | None, what: str) -> str:
    """必填的文字；空着就说清要填什么。"""
    text = (text or "").strip()
    if not text:
        raise NotAllowed(f"请填{what}。")
    return text


def given_code(text: str | None, what: str = "图斑编号") -> str:
    """人填的编号，收拾成存下来的写法。"""
    return limited_text(required_text(clean_code(text or ""), what), "图斑编号", 60)


def limited_text(text: str | None, what: str, limit: int) -> str:
    """去掉两头空白、不超过 limit 个字的文字。"""
    text = (text or "").strip()
    if len(text) > limit:
        raise NotAllowed(f"{what}有 {len(text)} 个字，请改到 {limit} 个字以内。")
    return text
