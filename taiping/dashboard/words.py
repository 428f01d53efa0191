"""由数写成的话：总览的一句话、状态的颜色、离截止还有几天。只说数里有的。"""

from plots.querysets import BASES, DONE
from taiping.dashboard.states import State
from taiping.dates import date_beside, long_date, short_date

TAGS = {
    State.NOT_STARTED: "tag-none", State.ON_TRACK: "tag-info", State.AT_RISK: "tag-risk",
    State.OVERDUE: "tag-late", State.DONE: "tag-done", State.DONE_LATE: "tag-done", State.NO_DATA: "tag-none",
}


def name_suffix(basis):
    """文件名里的口径：按完成日期的不写。"""
    return f"_{BASES[basis]}" if basis != DONE else ""


def days_text(milestone):
    """一个节点离截止：“还有 11 天”“今天截止”“已过 20 天”；做完了的不说。"""
    state, days = milestone.state, milestone.days_left
    if state.is_done:
        return ""
    if days > 0:
        return f"还有 {days} 天"
    return "今天截止" if days == 0 else f"已过 {-days} 天"


def verdict(progress):
    """一句话：总共几项、完成几项、逾期几项；最紧的是哪一步、还有几天。"""
    plan, on, targets = progress.plan, progress.as_of, progress.targets
    opening = f"截至{long_date(on)}，"
    if not targets:
        return f"{opening}{plan.year}年度方案还没有目标任务。"
    phrases = [
        (State.DONE, "按期完成"), (State.DONE_LATE, "逾期完成"), (State.OVERDUE, "逾期"),
        (State.AT_RISK, "预警"), (State.ON_TRACK, "正常推进"), (State.NOT_STARTED, "未到时段"),
        (State.NO_DATA, "还没有数据"),
    ]
    counts = [(len(progress.counted(state)), phrase) for state, phrase in phrases]
    text = "、".join(f"{count}项{phrase}" for count, phrase in counts if count)
    sentence = f"{opening}{len(targets)}项任务中{text}"
    nearest = nearest_deadline(progress)
    if nearest is None:
        return sentence + "。"
    target, milestone = nearest
    days = milestone.days_left
    when = f"距{milestone.milestone.name}截止还有{days}天" if days else f"{milestone.milestone.name}今天截止"
    return f"{sentence}；最紧的是{target.target.name}，{when}。"


def nearest_deadline(progress):
    """还没到、还没完成的节点里截止最早的一个；没有是 None。"""
    ahead = [
        (milestone.due_on, -int(target.state == State.AT_RISK), target.target.order, target, milestone)
        for target, milestone in progress.milestones
        if milestone.days_left >= 0 and not milestone.state.is_done and not milestone.undated
    ]
    if not ahead:
        return None
    *_, target, milestone = min(ahead, key=lambda row: row[:3])
    return target, milestone


def forecast_sentence(burnup):
    """曲线下面的一句话：到了没有；没到的，按近14天进度哪天能到、比截止晚几天。"""
    pending = burnup.figures.next_milestone
    if pending is None:
        return "全部节点已经完成。"
    name, ahead = pending.milestone.name, burnup.forecast
    if ahead is None:
        return f"{name}的数已经够了。"
    if ahead.done_on is None and pending.state == State.NOT_STARTED:
        return f"{name}还没到时段。"
    if ahead.done_on is None:
        return f"{name}近14天{'进展太慢' if ahead.pace else '没有进展'}，推算不出完成日期。"
    when = f"按近14天进度，{name}预计{date_beside(ahead.done_on, burnup.figures.as_of)}完成"
    if pending.undated:
        return f"{when}（方案未定时限）。"
    if ahead.late_days > 0:
        return f"{when}，晚{ahead.late_days}天。"
    return f"{when}，赶得上{short_date(pending.due_on)}的截止。"
