"""反弹：销了号的图斑又撂荒、又占用了，从某天起重新整改，截止日期另定。

以前的日子照旧；不是退回，不进差错率。
"""

from datetime import date, timedelta

from plots.actions.permissions import NotAllowed
from plots.actions.steps import steps_to_redo
from plots.actions.transaction import ActionContext, action, required_text
from plots.ledger.replay import WORK
from plots.models import Kind, RectificationRecord
from plots.models.deadlines import due_of
from taiping.ground.dates import long_date
from tasks.models import Milestone

LONGEST = timedelta(days=366)


@action("relapse")
def relapse(
    context: ActionContext,
    *,
    due_on: date,
    note: str,
    step: Milestone | None = None,
) -> RectificationRecord:
    """发现反弹：从 step（默认第一步）起的上报、核实从 on 这天起撤回，due_on 前重新整改好。"""
    context.check_date()
    note = required_text(note, "反弹的情况")
    choices = steps_to_redo(context)
    step = step or choices[0]
    if step not in choices:
        names = "、".join(f"“{milestone.name}”" for milestone in choices)
        raise NotAllowed(f"不能从“{step.name}”重新整改，请选：{names}。")
    if problem := due_problem(step, due_on, context.on):
        raise NotAllowed(problem)
    later = {milestone.pk for milestone in context.milestones if milestone.order >= step.order}
    standing = context.state.standing
    gone = [each for each in standing if each.kind in WORK and each.milestone_id in later]
    # 又一次反弹的，以这一次的截止日期为准
    gone += [each for each in standing if each.kind == Kind.RELAPSE]
    context.withdraw(gone)
    names = [milestone.name for milestone in context.milestones if milestone.pk in later]
    return context.write(
        Kind.RELAPSE,
        step,
        due_on=due_on,
        note=note,
        details={"step": step.name, "steps": names},
    )


def due_problem(step: Milestone, due_on: date, on: date) -> str:
    """新的截止日期不行的原因；行是空文字。比原来的截止还早的期限没有用，不收。"""
    if due_on < on:
        return f"新的截止日期 {long_date(due_on)} 早于发现反弹的 {long_date(on)}，请填以后的日期。"
    if due_on > on + LONGEST:
        return f"新的截止日期 {long_date(due_on)} 太远了，请填发现反弹以后一年以内的日期。"
    planned = due_of(step)
    if due_on < planned:
        return (
            f"“{step.name}”的截止日期是 {long_date(planned)}，新的截止日期 {long_date(due_on)} 比它还早，"
            "请填这天或以后的日期。"
        )
    return ""
