"""谁在什么时候能对图斑做什么。规则库、页面和动作都问这里；不能时给一句话，说明该怎么办。"""

from plots.ledger.replay import is_check, records_of, steps_of
from plots.models import Kind, Status
from plots.models.choices import REPORTABLE
from tasks.models import Milestone
from villages.models import Role, Village

NAMES = {
    "report": "上报",
    "confirm": "核实",
    "send_back": "退回",
    "exempt": "认定核查无问题",
    "defer": "暂缓",
    "resume": "恢复整改",
    "remark": "督办",
    "amend": "更正",
    "split": "拆分",
}
WHEN = {
    "report": REPORTABLE,
    "confirm": (Status.AWAITING,),
    "send_back": (Status.AWAITING, Status.UNDERWAY, Status.CLOSED, Status.EXEMPT),
    "exempt": (*REPORTABLE, Status.AWAITING, Status.DEFERRED),
    "defer": REPORTABLE,
    "resume": (Status.DEFERRED,),
    "remark": tuple(Status),
    "amend": tuple(Status),
    "split": (*REPORTABLE, Status.AWAITING, Status.DEFERRED),
}
REPORT_HINTS = {
    Status.AWAITING: "已经报齐，等镇里核实，不用再报。",
    Status.CLOSED: "不用再报；要重做请镇工作人员先退回。",
    Status.EXEMPT: "不用再报；要重做请镇工作人员先退回。",
    Status.DEFERRED: "请镇工作人员先恢复整改，再上报。",
}


class NotAllowed(Exception):
    """这一步现在不能做；说明就是给人看的那句话。"""


def refusal(verb, user, patch):
    """user 能不能对 patch 做 verb：能是空文字，不能是一句话。不看日期、面积、材料，那些提交时才知道。"""
    return in_scope(user, patch) or by_role(verb, user, patch) or by_status(verb, user, patch)


def allowed(user, patch):
    """页面该给这个人看的动作，如 {"report", "remark"}。看不看得见这个村只问一次。"""
    if in_scope(user, patch):
        return set()
    return {
        verb for verb in NAMES if not (by_role(verb, user, patch) or by_status(verb, user, patch))
    }


def in_scope(user, patch):
    if Village.objects.visible_to(user).filter(pk=patch.village_id).exists():
        return ""
    return f"图斑 {patch.code} 不在您负责的村，请核对编号，或请镇工作人员办理。"


def by_role(verb, user, patch):
    if verb == "remark":
        return (
            "督办由领导或镇工作人员写，要说明情况请在上报时写在说明里。"
            if user.is_secretary
            else ""
        )
    if user.role == Role.LEADER:
        return f"领导账号只能查看和督办，{NAMES[verb]}请镇工作人员办理。"
    if verb == "report":
        return step_by_role(user, patch.next_milestone) if patch.next_milestone_id else ""
    return "" if user.is_town else f"{NAMES[verb]}由镇工作人员办理，请联系镇里。"


def step_by_role(user, milestone):
    """村里的步骤村和镇都能报，镇、区的步骤只由镇里录入。"""
    if user.is_town or (user.is_secretary and milestone.actor == Milestone.Actor.VILLAGE):
        return ""
    return f"“{milestone.name}”由镇里录入，请联系镇工作人员。"


def by_status(verb, user, patch):
    if patch.is_split:
        return f"图斑 {patch.code} 已经拆分，请在拆分出来的图斑上办理。"
    if verb == "confirm":
        return _confirm(user, patch)
    if patch.status not in WHEN[verb]:
        now = f"图斑 {patch.code} 现在是“{patch.get_status_display()}”，"
        if verb == "report":
            return now + REPORT_HINTS[patch.status]
        return now + f"只有{_quoted(WHEN[verb])}的图斑可以{NAMES[verb]}。"
    if verb == "report" and _next_is_check(patch):
        return f"“{patch.next_milestone.name}”由镇里核实，请用“核实”办理，不用上报。"
    return ""


def _confirm(user, patch):
    only_step = patch.status in (Status.PENDING, Status.RETURNED) and _next_is_check(patch)
    if patch.status != Status.AWAITING and not only_step:
        return (
            f"图斑 {patch.code} 现在是“{patch.get_status_display()}”，只有“待核实”的图斑可以核实。"
        )
    if any(_is_own_report(record, user) for record in records_of(patch)):
        return "这块图斑有您自己上报的步骤，请换一位镇工作人员核实。"
    return ""


def _is_own_report(record, user):
    return record.kind == Kind.REPORT and record.by_id == user.pk and record.withdrawn_at is None


def _next_is_check(patch):
    milestone = patch.next_milestone
    if milestone is None:
        return False
    return is_check(milestone, steps_of(patch))


def _quoted(statuses):
    return "".join(f"“{status.label}”" for status in statuses)


def adding_refusal(user, target, village=None):
    """能不能手工添加图斑：镇工作人员都能；村里要任务允许，且只能加在自己的村（village 空时只看任务）。"""
    if not target.by_patches:
        return f"“{target.name}”靠监测量，没有图斑，不用添加。"
    if user.is_town:
        return ""
    if not (user.is_secretary and target.villages_may_add):
        return f"“{target.name}”的图斑由镇工作人员添加，请联系镇里。"
    if village is not None and not Village.objects.visible_to(user).filter(pk=village.pk).exists():
        return f"{village.name}不是您负责的村，请选自己的村。"
    return ""
