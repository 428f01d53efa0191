"""说给人听的话：办成了什么、下一步是什么；填表的时候别人对这块图斑做了什么。"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from plots.evidence.position import position_advice
from plots.ledger.queues import due_text, return_text
from plots.models import Evidence, Kind, Patch, RectificationRecord, Status
from taiping.ground.actors import actors
from taiping.ground.area import figure
from taiping.ground.dates import date_beside, today
from tasks.models import Milestone
from villages.models import User

if TYPE_CHECKING:  # 同一间屋里互相提到，只为写明类型
    from plots.actions.transaction import Submitted

QUIET_KINDS = (Kind.REMARK, Kind.FOUND)  # 督办、发现不改变图斑，不算“别人改过”


def amount(mu: Decimal) -> str:
    return f"{figure(mu)} 亩"


def identifier(text: str | None) -> UUID | None:
    """表单里的提交标识；不是的是 None。"""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def news(records: Iterable[RectificationRecord], seen: int, user: User) -> list[str]:
    """打开表单以后（主键大于 seen）图斑上新添的记录，各一句话，先后为序；没有是空列表。"""
    newer = [
        record
        for record in records
        if record.pk > seen and record.kind not in QUIET_KINDS and record.copy_of_id is None
    ]
    return [describe(record, user) for record in newer]


def latest(records: Sequence[RectificationRecord], user: User) -> list[str]:
    """最近一次改了图斑的记录，说成一句，放在列表里；没有是空列表。"""
    for record in reversed(records):
        if record.kind not in QUIET_KINDS:
            return [describe(record, user)]
    return []


def describe(record: RectificationRecord, user: User | None = None) -> str:
    """一条记录说成一句：“刘泽 9月7日退回到“复耕复种”：只种一部分”。user 自己办的说“您”。"""
    who = "您" if user is not None and record.by_id == user.pk else str(record.by)
    day, step = date_beside(record.done_on, today()), record.milestone.name
    if record.is_added_with_plan and record.kind == Kind.REPORT:
        return f"{who}改方案添了“{step}”，随后面的步骤算 {day}做过"
    what = {
        Kind.REPORT: f"上报了“{step}”{amount(record.area_mu)}",
        Kind.PASS: f"“{step}”核实通过",
        Kind.RETURN: f"退回到“{step}”：{return_text(record)}",
        Kind.EXEMPT: f"认定核查无问题：{record.note}",
        Kind.DEFER: f"暂缓：{return_text(record)}",
        Kind.RESUME: "恢复整改",
        Kind.REMARK: f"督办：{record.note}",
        Kind.AMEND: f"更正：{record.note}",
        Kind.SPLIT: f"拆分：{record.note}",
        Kind.CARRY: f"结转到{record.details.get('plan', '')}",
        Kind.REMOVE: f"移出台账：{record.note}",
        Kind.RELAPSE: f"发现反弹：{record.note}",
        Kind.FOUND: "发现这块图斑",
    }[record.kind]
    return f"{who} {day}{what}"


def reported(submitted: "Submitted") -> str:
    """上报成功：报了哪几步、多少亩、逾期几天，下一步是什么、什么时候截止。"""
    record, context = submitted.record, submitted.context
    patch = context.patch
    parts = context.together(record)
    steps = "、".join(part.milestone.name for part in parts)
    said = [f"已上报 {patch.code} {steps}", amount(record.area_mu)]
    if not record.completes:
        left = context.state.step_of(record.milestone).remaining_mu
        said.append(f"这一步还剩 {amount(left)}")
    late = max(part.late_days for part in parts)
    if late > 0:
        said.append(f"逾期 {late} 天")
    photos = Evidence.objects.filter(record__in=parts, kind=Evidence.Type.PHOTO)
    advice = position_advice(photos)
    return f"{'，'.join(said)}。{advice}{next_sentence(patch, context.today)}"


def next_sentence(patch: Patch, today: date) -> str:
    """“下一步：举证上传，10月31日前。”；镇里、区里的步骤说明不用村里办。"""
    step = patch.next_milestone
    if patch.status == Status.CLOSED:
        return "这块图斑已经销号。"
    if step is None:
        return ""
    return f"下一步：{step.name}，{due_text(step, today, patch.due_on)}{by_whom(step)}。"


def by_whom(step: Milestone) -> str:
    return {
        Milestone.Actor.TOWN: f"，由{actors.town}里办",
        Milestone.Actor.DISTRICT: f"，等{actors.district}里结果",
    }.get(step.actor, "")
