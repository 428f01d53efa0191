"""时间节点的句子：哪天截止、还有几天、完成多少、按期的和逾期的；和总览、周报的状态一致。"""

from collections import defaultdict
from datetime import date

from taiping.ground.dates import date_beside
from taiping.ground.words import days_words
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures
from taiping.progress.states import MilestoneState
from taiping.progress.words import quantity
from taiping.reports.bulletin.sentences import both


def milestones(figures: TargetFigures) -> str:
    """一项任务全部节点的话；全都按期完成的一句带过，说法相同的节点并在一起。"""
    rows = figures.milestones
    if not rows or figures.is_empty:
        return ""
    if len(rows) > 1 and all(
        row.state == MilestoneState.DONE and not row.overdue_count for row in rows
    ):
        past = all(row.days_left < 0 and not row.undated for row in rows)
        return "各时间节点均已按期完成。" if past else "各时间节点均已完成。"
    parts = []
    for row in rows:
        words = milestone(figures, row)
        if parts and parts[-1][1] == words:
            parts[-1][0].append(row.milestone.name)
        else:
            parts.append(([row.milestone.name], words))
    return "".join(f"{'、'.join(names)}{words}。" for names, words in parts)


def milestone(figures: TargetFigures, row: MilestoneFigures) -> str:
    """一个节点名称后面的话：“10月31日截止，还有11天”。"""
    due = date_beside(row.due_on, row.on)
    if row.state == MilestoneState.NOT_STARTED:
        starts_on = row.milestone.starts_on or figures.target.plan.starts_on
        return f"{date_beside(starts_on, row.on)}开始、{due}截止，还没有到时段"
    rest = f"，另有{row.overdue_count}个图斑逾期" if row.overdue_count else ""
    if row.state == MilestoneState.DONE:
        when = "" if row.undated else f"（{due}截止）"
        return f"{when}已{'按期' if row.days_left < 0 else ''}完成{rest}"
    if row.state == MilestoneState.DONE_LATE:
        timing = _timing(row) if row.on_time_count else ""  # 都是逾期的，前面已经说了
        return f"{due}截止，逾期完成{timing}{rest}"
    said_before = row in (figures.reporting, figures.last) and len(figures.milestones) > 1
    if not figures.target.by_patches:
        return "，".join(filter(None, [_deadline(row, due), _measured(figures, row)]))
    if row.days_left >= 0 and said_before:
        return _deadline(row, due)  # 完成了多少，前面的上报和核实已经说过
    return f"{_deadline(row, due)}，{_reached(figures, row)}"


def _measured(figures, row):
    """靠监测的一步：监测数前面说过，这里说这一步自己的任务数、还差多少；一次都没有报过的前面也说过。"""
    if row.reached is None:
        return ""
    if row.state == MilestoneState.NO_DATA:
        return "这一段还没有报数"
    own = row.need.quota != figures.need.quota
    if not row.lacking or not (own or row.days_left < 0):
        return ""
    goal = f"要到{quantity(row.need.quota, figures)}，" if own else ""
    return f"{goal}还差{row.lacking}"


def _deadline(row, due):
    past = "逾期" if row.state == MilestoneState.OVERDUE else "已过"
    left = days_words(row.days_left, gap="", past=past)
    if row.undated:
        gone = f"，{left}" if row.days_left < 0 else ""
        return f"方案没有定截止日期，以方案结束的{due}为准{gone}"
    return f"{due}截止，{left}" if row.days_left else f"{due}当天截止"


def _reached(figures, row):
    """完成了多少：过了截止的再分按期完成、逾期完成和逾期，还说清差多少。"""
    found = both(row.reached_count, row.reached, figures)
    text = f"已完成{found}" if found else "还没有完成的"
    if row.days_left >= 0:
        return text
    text += _timing(row)
    if row.overdue_count:
        return f"{text}，还有{row.overdue_count}个图斑逾期"
    return f"{text}，比任务数少{row.lacking}" if row.lacking else text


def _timing(row):
    if not (row.on_time_count or row.late_count) or row.days_left >= 0:
        return ""  # 只有核查无问题的，不算按期也不算逾期
    if not row.late_count:
        return "，都是按期完成的"
    if not row.on_time_count:
        return "，都是逾期完成的"
    return f"，其中按期{row.on_time_count}个、逾期完成{row.late_count}个"


def overdue_steps(progress: Progress) -> list[str]:
    """逾期的时间节点，一项任务一句；没有是空列表。底线的另说。"""
    lines = []
    for figures in progress.targets:
        late = [row for row in figures.milestones if row.state == MilestoneState.OVERDUE]
        target = figures.target
        if not late or target.is_floor:
            continue
        parts = []
        for row in late:
            lack = f"，还差{row.lacking}" if row.lacking else ""
            parts.append(f"{row.milestone.name}（逾期{row.days_over}天{lack}）")
        lines.append(_of(target.name, parts))
    return lines


def silent_steps(progress: Progress) -> list[str]:
    """截止已过、还没有报数的时间节点，一项任务一句；没有是空列表。"""
    lines = []
    for figures in progress.targets:
        parts = [
            f"{row.milestone.name}{_asked(figures, row)}（已过{row.days_over}天）"
            for row in figures.silent
        ]
        if parts:
            why = f"（{figures.no_patches}）" if figures.is_empty else ""
            lines.append(_of(f"{figures.target.name}{why}", parts))
    return lines


def _asked(figures, row):
    """靠监测的工作量，一步该有多少：“608亩”；底线的、靠图斑的不写。"""
    is_amount = not figures.target.by_patches and not figures.target.is_floor
    return quantity(row.need.quota, figures) if is_amount and row.need.quota else ""


def below_floor(progress: Progress) -> list[TargetFigures]:
    """低于底线的任务，哪一天都说，不等到截止。"""
    return [
        figures for figures in progress.targets if figures.margin is not None and figures.margin < 0
    ]


def deadlines_ahead(
    progress: Progress, within: int
) -> tuple[list[tuple[date, int, list[str]]], bool]:
    """within 天内的截止：([(截止日期, 还有几天, [“任务名”的节点…])], 以后还有没有)；一个也没有的，给出全部剩下的。"""
    ahead = [
        (figures, row)
        for figures, row in progress.milestones
        if not row.undated and not row.state.is_done and row.days_left >= 0
    ]
    near = [(figures, row) for figures, row in ahead if row.days_left <= within] or ahead
    by_day = defaultdict(lambda: defaultdict(list))
    for figures, row in near:
        by_day[row.due_on][row.milestone.name].append(figures.target.name)
    deadlines = []
    for day, steps in sorted(by_day.items()):
        deadlines.append((day, (day - progress.on).days, _together(steps)))
    return deadlines, len(near) < len(ahead)


def _together(steps):
    """{步骤: 任务名} → [“甲、乙的举证上传”]；同样几项任务的步骤并在一起。"""
    of = {}
    for step, names in steps.items():
        of.setdefault("、".join(names), []).append(step)
    return [_of(names, found) for names, found in of.items()]


def _of(target, steps):
    """“早稻的移栽、收割”；步骤的名字里已经写了任务的，不再写一遍：“早稻播种”。"""
    text = "、".join(steps)
    return text if all(step.startswith(target) for step in steps) else f"{target}的{text}"


def undated_steps(progress: Progress) -> list[str]:
    """方案没有定截止日期、还没完成的节点：“违法占用耕地问题的整改落实、核实销号”。"""
    names = {}
    for figures, row in progress.milestones:
        if row.undated and not row.state.is_done:
            names.setdefault(figures.target.name, []).append(row.milestone.name)
    return [_of(target, steps) for target, steps in names.items()]
