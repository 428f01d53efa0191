"""图斑页上能办的事：叫什么、说明什么、用哪张表、办成了怎么说。上报有自己的页面，不在这里。"""

from dataclasses import dataclass

from plots import actions
from plots.actions import messages as words
from plots.models import Kind
from plots.pages.patch import forms
from taiping.ground.actors import actors, said
from tasks.models import Milestone


@dataclass(frozen=True)
class PatchAction:
    """button 是按钮上的话；style 是按钮的样子：主要的实心，危险的红。"""

    verb: str
    title: str
    button: str
    hint: str
    form: type
    style: str = "secondary"

    @property
    def act(self):
        return getattr(actions, self.verb)


OFFERED = {
    offered.verb: offered
    for offered in (
        PatchAction(
            "confirm",
            "核实通过",
            "核实通过",
            "看过材料和现场，认定这一步做到了，图斑销号。",
            forms.ConfirmForm,
            "",
        ),
        PatchAction(
            "send_back",
            "退回",
            "退回",
            said("说清哪里不对、退回到哪一步，{村}里重新做、重新报。"),
            forms.SendBackForm,
        ),
        PatchAction(
            "resume",
            "恢复整改",
            "恢复整改",
            "具备条件了，回到暂缓以前的那一步接着办。",
            forms.ResumeForm,
        ),
        PatchAction(
            "relapse",
            "反弹",
            "记下反弹",
            "销了号又撂荒、又占用的：从发现那天起重新整改，截止日期另定；不算退回，以前的数不变。",
            forms.RelapseForm,
            "danger",
        ),
        PatchAction(
            "exempt",
            "核查无问题",
            "认定核查无问题",
            "这块图斑不用整改：从这天起按完成 1 个算，面积计入核减，不算整治完成的面积。",
            forms.ExemptForm,
        ),
        PatchAction(
            "defer",
            "暂缓",
            "暂缓整改",
            "暂不具备整改条件：图斑仍未了结，只是不再催办，不算逾期。",
            forms.DeferForm,
        ),
        PatchAction(
            "remark",
            "督办",
            "写下督办",
            said(
                "留一句话，{村}里在“我的任务”和图斑页上面看到，上报就是回音；要在哪天前答复的，写督办单。"
            ),
            forms.RemarkForm,
        ),
        PatchAction(
            "amend",
            "更正",
            "更正图斑",
            (
                "编号、村或面积写错了在这里改，原来怎么写的留在时间线上。"
                "面积改大的，已经报过的不会跟着变多，多出来的要补报、再核实。"
            ),
            forms.AmendForm,
        ),
        PatchAction(
            "split",
            "拆分",
            "拆分图斑",
            "一块图斑要分给几户、几处分别整改时用。拆开以后不能再合回去。",
            forms.SplitForm,
            "danger",
        ),
        PatchAction(
            "remove",
            "移出台账",
            "移出台账",
            "这块图斑不该在台账里时用：从这天起不再算，也不再催办；记录都留着，移出以后不能再办。",
            forms.RemoveForm,
            "danger",
        ),
    )
}


def who_acts(patch, milestone):
    """这一步轮到谁：村里的写村名。"""
    if milestone.actor == Milestone.Actor.VILLAGE:
        return patch.village.name
    return (
        f"{actors.town}工作人员"
        if milestone.actor == Milestone.Actor.TOWN
        else f"等{actors.district}里结果，由{actors.town}工作人员录入"
    )


def answer(submitted):
    """办成了什么，接着该做什么，一两句话。"""
    record, context = submitted.record, submitted.context
    after = _next(context.patch, record, context.today)
    return f"{context.patch.code} {_what(record)}。{after}"


def _what(record):
    if record.kind == Kind.SPLIT:
        difference = record.details["difference"]
        said = "" if difference == "0" else f"，合计比原面积{_side(difference)} 亩"
        return f"已拆分为 {len(record.details['children'])} 块{said}"
    if record.kind == Kind.AMEND:
        changes = record.details["changes"]
        return "已更正：" + "，".join(f"{c['label']} {c['old']} → {c['new']}" for c in changes)
    return {
        Kind.PASS: f"“{record.milestone.name}”核实通过，{words.amount(record.area_mu)}",
        Kind.RETURN: f"已退回到“{record.milestone.name}”",
        Kind.EXEMPT: f"已认定核查无问题，核减 {words.amount(record.area_mu)}",
        Kind.DEFER: "已暂缓，不再催办",
        Kind.RESUME: "已恢复整改",
        Kind.REMARK: f"的督办已经写下，{actors.village}里和{actors.town}里都看得到",
        Kind.REMOVE: "已移出台账",
        Kind.RELAPSE: f"已记下反弹，从“{record.milestone.name}”重新整改",
    }[record.kind]


def _side(difference):
    return f"少 {difference[1:]}" if difference.startswith("-") else f"多 {difference}"


def _next(patch, record, today):
    if record.kind == Kind.SPLIT:
        return "接下来在拆分出来的图斑上办理。"
    if record.kind == Kind.REMOVE:
        return "各处不再算它；在台账里选“已移出台账”还找得到。"
    if record.kind == Kind.RELAPSE:
        return f"{patch.village.name}会在“我的任务”看到。{words.next_sentence(patch, today)}"
    if record.kind == Kind.RETURN:
        return f"{patch.village.name}会在“我的任务”最前面看到。{words.next_sentence(patch, today)}"
    if record.kind == Kind.DEFER:
        return "具备条件时点“恢复整改”。"
    if record.kind == Kind.EXEMPT:
        return "这块图斑已经了结。"
    return words.next_sentence(patch, today)
