"""谁在什么时候能对图斑做什么：每种办理一串谓词，不成立的那个给一句话，说明该怎么办。

plots.rules 把同一串登记成 has_perm("plots.report_patch", patch) 这样的权限。
"""

from dataclasses import dataclass

from rules import Predicate

from plots.ledger.replay import is_check, records_of, steps_of
from plots.models import Kind, Patch, Status
from plots.models.choices import REPORTABLE
from taiping.ground.actors import actors, said
from taiping.ground.permissions import condition, first_refusal, saying
from tasks.models import Milestone, Target
from villages.models import User, Village, sees
from villages.rules import is_not_leader, is_not_secretary, is_town, sees_village

REPORT_HINTS = {
    Status.AWAITING: said("都上报了，待{镇}里核实，不用再报。"),
    Status.CLOSED: said("不用再报；要重做请{镇}工作人员先退回。"),
    Status.EXEMPT: said("不用再报；要重做请{镇}工作人员先退回。"),
    Status.DEFERRED: said("请{镇}工作人员先恢复整改，再上报。"),
    Status.CARRIED: "请在结转过去的图斑上办理。",
    Status.REMOVED: "不用再办。",
}


class NotAllowed(Exception):
    """这一步现在不能做；说明就是给人看的那句话。"""


@dataclass(frozen=True)
class Verb:
    """一种办理：name 是叫法，role 是谁能办，status 是图斑什么样时能办。"""

    name: str
    role: tuple[Predicate, ...]
    status: tuple[Predicate, ...]

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        return (is_in_scope, *self.role, *self.status)


@condition(
    lambda user, patch: (
        f"图斑 {patch.code} 不在您负责的村，请核对编号，或请{actors.town}工作人员办理。"
    )
)
def is_in_scope(user: User, patch: Patch) -> bool:
    return sees(user, patch.village_id)


@condition(lambda user, patch: step_by_role(user, patch.next_milestone))
def may_report_next(user: User, patch: Patch) -> bool:
    return patch.next_milestone_id is None or _may_report(user, patch.next_milestone)


def _ended(user, patch):
    ending = {
        Status.CARRIED: "已经结转，请在结转过去的图斑上办理。",
        Status.REMOVED: "已经移出台账，不用再办。",
    }.get(patch.status, "已经拆分，请在拆分出来的图斑上办理。")
    return f"图斑 {patch.code} {ending}"


@condition(_ended)
def is_whole(user: User, patch: Patch) -> bool:
    return not patch.has_ended


@condition(lambda user, patch: _now(patch) + REPORT_HINTS[patch.status])
def is_reportable(user: User, patch: Patch) -> bool:
    return patch.status in REPORTABLE


@condition(lambda user, patch: f"“{patch.target.name}”还没有时间节点，请管理员先在方案里补上。")
def has_next_step(user: User, patch: Patch) -> bool:
    return patch.next_milestone_id is not None


@condition(
    lambda user, patch: (
        f"“{patch.next_milestone.name}”由{actors.town}里核实，请用“核实”办理，不用上报。"
    )
)
def next_is_work(user: User, patch: Patch) -> bool:
    return not _next_is_check(patch)


@condition(lambda user, patch: _now(patch) + "只有“待核实”的图斑可以核实。")
def is_ready_to_confirm(user: User, patch: Patch) -> bool:
    only_step = patch.status in (Status.PENDING, Status.RETURNED) and _next_is_check(patch)
    return patch.status == Status.AWAITING or only_step


@condition(said("这块图斑有您自己上报的步骤，请换一位{镇}工作人员核实。"))
def is_not_own_report(user: User, patch: Patch) -> bool:
    return not any(_is_own_report(record, user) for record in records_of(patch))


def _status_in(name, statuses):
    quoted = "".join(f"“{status.label}”" for status in statuses)

    @condition(lambda user, patch: f"{_now(patch)}只有{quoted}的图斑可以{name}。")
    def status_fits(user, patch):
        return patch.status in statuses

    return status_fits


def _now(patch):
    return f"图斑 {patch.code} 现在是“{patch.get_status_display()}”，"


def _may_report(user, milestone):
    return user.is_town or (user.is_secretary and milestone.actor == Milestone.Actor.VILLAGE)


def _is_own_report(record, user):
    is_report = record.kind == Kind.REPORT and not record.is_added_with_plan
    return is_report and record.by_id == user.pk and record.withdrawn_at is None


def _next_is_check(patch):
    if patch.next_milestone_id is None:
        return False
    steps = steps_of(patch)
    return is_check(patch.next_milestone, steps)


# 各种办理


def _not_leader(name):
    return saying(said(f"领导账号只能查看和督办，{name}请{{镇}}工作人员办理。"), is_not_leader)


def _by_town(name, *status):
    role = (
        _not_leader(name),
        saying(said(f"{name}由{{镇}}工作人员办理，请联系{{镇}}里。"), is_town),
    )
    return Verb(name, role, (is_whole, *status))


def _by_town_when(name, *statuses):
    return _by_town(name, _status_in(name, statuses))


REMARK_HINT = said("督办由领导或{镇}工作人员写，要说明情况请在上报时写在说明里。")
STARTED = (Status.AWAITING, Status.UNDERWAY, Status.CLOSED, Status.EXEMPT)
UNSETTLED = (*REPORTABLE, Status.AWAITING, Status.DEFERRED)
VERBS = {
    "report": Verb(
        "上报",
        (_not_leader("上报"), may_report_next),
        (is_whole, is_reportable, has_next_step, next_is_work),
    ),
    "confirm": _by_town("核实", is_ready_to_confirm, is_not_own_report),
    "send_back": _by_town_when("退回", *STARTED),
    "exempt": _by_town_when("认定核查无问题", *UNSETTLED),
    "defer": _by_town_when("暂缓", *REPORTABLE),
    "resume": _by_town_when("恢复整改", Status.DEFERRED),
    "relapse": _by_town_when("记反弹", Status.CLOSED),
    "remark": Verb("督办", (saying(REMARK_HINT, is_not_secretary),), (is_whole,)),
    "amend": _by_town("更正"),
    "split": _by_town_when("拆分", *UNSETTLED),
    "remove": _by_town("移出台账"),
}


def refusal(verb: str, user: User, patch: Patch) -> str:
    """user 能不能对 patch 做 verb：能是空文字，不能是一句话。不看日期、面积、材料，那些提交时才知道。"""
    return first_refusal(VERBS[verb].predicates, user, patch)


def allowed(user: User, patch: Patch) -> set[str]:
    """页面该给这个人看的动作，如 {"report", "remark"}。看不看得见这个村只问一次。"""
    if in_scope(user, patch):
        return set()
    return {
        verb for verb in VERBS if not (by_role(verb, user, patch) or by_status(verb, user, patch))
    }


def in_scope(user: User, patch: Patch) -> str:
    return first_refusal((is_in_scope,), user, patch)


def by_role(verb: str, user: User, patch: Patch) -> str:
    return first_refusal(VERBS[verb].role, user, patch)


def by_status(verb: str, user: User, patch: Patch) -> str:
    return first_refusal(VERBS[verb].status, user, patch)


def step_by_role(user: User, milestone: Milestone) -> str:
    """村里的步骤村和镇都能报，镇、区的步骤只由镇里录入。"""
    if _may_report(user, milestone):
        return ""
    return f"“{milestone.name}”由{actors.town}里录入，请联系{actors.town}工作人员。"


# 手工添加：对着一项任务问


@condition(lambda user, target: f"“{target.name}”靠监测量，没有图斑，不用添加。")
def has_patches(user: User, target: Target) -> bool:
    return target.by_patches


@condition(
    lambda user, target: (
        f"“{target.name}”的图斑由{actors.town}工作人员添加，请联系{actors.town}里。"
    )
)
def may_add_to(user: User, target: Target) -> bool:
    return user.is_town or (user.is_secretary and target.villages_may_add)


@condition(lambda user, village: f"{village.name}不是您负责的村，请选自己的村。")
def may_add_in(user: User, village: Village) -> bool:
    return user.is_town or sees_village(user, village)


ADDING = (has_patches, may_add_to)


def adding_refusal(user: User, target: Target, village: Village | None = None) -> str:
    """能不能手工添加图斑：镇工作人员都能；村里要任务允许，且只能加在自己的村（village 空时只看任务）。"""
    refused = first_refusal(ADDING, user, target)
    if refused or village is None:
        return refused
    return first_refusal((may_add_in,), user, village)
