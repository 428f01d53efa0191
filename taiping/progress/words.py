"""由数写成的话：总览的一句话、状态的颜色、离截止还有几天。只说数里有的。"""

from decimal import Decimal

from taiping.ground.dates import date_beside, long_date
from taiping.ground.words import days_words, quantity_words
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures, items
from taiping.progress.reading_counts import reading_counts
from taiping.progress.states import MilestoneState
from tasks.models.question import BASES, DONE


def name_suffix(basis: str) -> str:
    """文件名里的口径：按完成日期的不写。"""
    return f"_{BASES[basis]}" if basis != DONE else ""


def quantity(value: Decimal | int, figures: TargetFigures) -> str:
    """一项任务的数量带单位，去掉多余的 0：608亩、99.3亩；不是 0 又舍成了 0 的是“不到0.01亩”。"""
    return quantity_words(value, figures.target.unit, figures.decimals)


def shortage(figures: TargetFigures) -> str:
    """现有图斑（不算核减的面积）比要完成的数少多少的文字；不少是空文字。"""
    count, area = figures.lack
    parts = [f"{count}个" if count else "", quantity(area, figures) if area else ""]
    return "、".join(filter(None, parts))


def brought_text(figures: TargetFigures) -> str:
    """从别的方案结转来的：有个数任务的，任务数连着它们和不连着各是多少；没有结转来的是空文字。"""
    if not figures.brought_count:
        return ""
    both = (f"图斑里有结转来的{figures.brought_count}个", quota_with_brought(figures))
    return "，".join(filter(None, both))


def quota_with_brought(figures: TargetFigures) -> str:
    """“任务数不连它们26个、连它们32个”；没有结转来的、没有个数任务的是空文字。"""
    if not figures.brought_count or figures.quota_count is None:
        return ""
    whole = figures.quota_count + figures.brought_count
    return f"任务数不连它们{figures.quota_count}个、连它们{whole}个"


def relapsed_text(figures: TargetFigures) -> str:
    """反弹了、正在重新整改的；没有是空文字。"""
    count = figures.relapsed_count
    return f"{count}个反弹，正在重新整改" if count else ""


def carried_text(figures: TargetFigures) -> str:
    """已经结转到别的方案的；没有是空文字。"""
    if not figures.carried_count:
        return ""
    return f"另有{figures.carried_count}个、{quantity(figures.carried, figures)}已结转到别的方案"


def parts_text(figures: TargetFigures) -> str:
    """各项“其中”的监测加起来多过它的；没有多是空文字。"""
    if not figures.parts_excess:
        return ""
    return f"各项“其中”的监测数加起来比它多{quantity(figures.parts_excess, figures)}，请核对"


def measured_on(figures: TargetFigures) -> str:
    """在用的监测是哪天的：“2024年6月30日监测”；各村不是同一天报的，“2024年4月20日至10月16日各村监测合计”。"""
    found = figures.reading
    last = max(row.on for row in found.rows)
    if last == found.on:
        return f"{long_date(last)}监测"
    return f"{long_date(found.on)}至{date_beside(last, found.on)}各村监测合计"


def margin_text(figures: TargetFigures) -> str:
    """监测数和底线差多少：“高出底线98亩”“低于底线2亩”。"""
    word = "低于" if figures.margin < 0 else "高出"
    return f"{word}底线{quantity(figures.margin_abs, figures)}"


def days_text(milestone: MilestoneFigures) -> str:
    """一个节点离截止：“还有 11 天”“今天截止”“逾期 20 天”；做完了的、方案没定截止日期又没过的不说。"""
    if milestone.state.is_done or (milestone.undated and milestone.days_left >= 0):
        return ""
    return days_words(milestone.days_left)


STATE_WORDS = [
    (MilestoneState.DONE, "按期完成"),
    (MilestoneState.DONE_LATE, "逾期完成"),
    (MilestoneState.OVERDUE, "逾期"),
    (MilestoneState.AT_RISK, "预警"),
    (MilestoneState.ON_TRACK, "正常推进"),
    (MilestoneState.NOT_STARTED, "未到时段"),
    (MilestoneState.NO_DATA, "还没有数据"),
]
ALONE = {"逾期": "已经逾期", "预警": "在预警", "正常推进": "在正常推进"}


def counted_words(progress: Progress) -> list[tuple[int, str]]:
    """[(几项任务, “按期完成”)]，一项也没有的状态不列；总览和通报数的是同一份。"""
    counts = [(progress.states[state], word) for state, word in STATE_WORDS]
    return [(number, word) for number, word in counts if number]


def alone(word: str) -> str:
    """只有这一种状态时的说法：“1项任务已经逾期”。"""
    return ALONE.get(word, word)


def verdict(progress: Progress) -> str:
    """一句话：总共几项、完成几项、逾期几项；最紧的是哪一步、还有几天。"""
    plan, on, total = progress.plan, progress.on, len(progress.families)
    opening = f"截至{long_date(on)}，"
    if not total:
        return f"{opening}{plan}还没有目标任务。"
    present = counted_words(progress)
    read = reading_counts(progress)
    silent = read.silent
    if len(silent) == len(progress.targets):
        both = "都" if total > 1 else ""
        sentence = f"{opening}{total}项任务{both}截止已过、还没有报数"
    elif len(present) == 1:
        sentence = f"{opening}{total}项任务{'都' if total > 1 else ''}{alone(present[0][1])}"
    else:
        sentence = f"{opening}{total}项任务中{'、'.join(f'{count}项{phrase}' for count, phrase in present)}"
    if 0 < len(silent) < len(progress.targets):
        sentence += f"，{read.silence}"
    nearest = nearest_deadlines(progress)
    return f"{sentence}；最紧的是{nearest_words(nearest)}。" if nearest else f"{sentence}。"


def nearest_deadlines(progress: Progress) -> list[tuple[TargetFigures, MilestoneFigures]]:
    """还没到、还没完成的节点里截止最早的几个 [(任务, 节点)]，已有逾期的任务在前；没有是空。"""
    ahead = [
        (target, milestone)
        for target, milestone in progress.milestones
        if milestone.days_left >= 0 and not milestone.state.is_done and not milestone.undated
    ]
    if not ahead:
        return []
    first = min(milestone.due_on for _, milestone in ahead)
    worst = [MilestoneState.OVERDUE, MilestoneState.AT_RISK]
    return sorted(
        (row for row in ahead if row[1].due_on == first),
        key=lambda row: worst.index(row[0].state) if row[0].state in worst else len(worst),
    )


def nearest_words(nearest: list[tuple[TargetFigures, MilestoneFigures]]) -> str:
    """“自然撂荒地整治，距举证上传截止还有11天”；同一天截止的几项一起说。"""
    (target, milestone), days = nearest[0], nearest[0][1].days_left
    steps = list(dict.fromkeys(row.milestone.name for _, row in nearest))
    count = items(row for row, _ in nearest)
    several = f"等{count}项" if count > 1 else ""
    name = target.target.name
    if count == 1:  # 一项任务的几个“其中”，都点名
        name = "、".join(dict.fromkeys(row.target.name for row, _ in nearest))
    step = milestone.milestone.name if len(steps) == 1 else ""
    if days:
        when = f"距{step or date_beside(milestone.due_on, milestone.on)}截止还有{days}天"
        return f"{name}{several}，{when}"
    return f"{name}{several}，{step}今天截止"


def forecast_sentences(figures: TargetFigures) -> list[str]:
    """每个还没完成的节点一句：按近14天进度哪天能到、比截止晚几天；说法一样的并在一起。都完成了说一句。"""
    names = {}
    for row in figures.milestones:
        if not row.state.is_done:
            names.setdefault(forecast_words(figures, row), []).append(row.milestone.name)
    if not names:
        return ["全部节点已经完成。"]
    return [f"{'、'.join(steps)}{words}。" for words, steps in names.items()]


def forecast_words(figures: TargetFigures, row: MilestoneFigures) -> str:
    """一个没完成的节点名字后面的话。图斑不够任务数的，说哪天做完现有图斑；靠监测的不推算，说现在怎样。"""
    if not figures.target.by_patches:
        return f"：{row.reason}"
    ahead = row.forecast
    if ahead is None:
        return "现有图斑都做完了"
    if ahead.done_on is None and row.state == MilestoneState.NOT_STARTED:
        return "还没到时段"
    if ahead.done_on is None:
        return f"近14天{'进展太慢' if ahead.pace else '没有进展'}，推算不出完成日期"
    end = "做完现有图斑" if any(figures.lack) else "完成"
    when = f"按近14天进度，预计{date_beside(ahead.done_on, figures.on)}{end}"
    if ahead.late_days > 0:
        than = "比方案结束" if row.undated and not row.again_by else ""
        return f"{when}，{than}晚{ahead.late_days}天"
    if row.again_by:
        return f"{when}，赶得上反弹另定的{date_beside(row.again_by, row.on)}"
    if row.undated:
        return f"{when}（方案没定截止日期）"
    return f"{when}，赶得上{date_beside(row.due_on, row.on)}的截止"


def lacking_sentence(figures: TargetFigures) -> str:
    """图斑不够的话；够的是空文字。"""
    short = shortage(figures)
    return f"现有图斑比任务数少{short}，不补上完不成。" if short else ""


def outlook(figures: TargetFigures) -> str:
    """到不到得了任务数，一句话：晚得最多的一步哪天完成，近 14 天没有动的是哪一步；不推算的说现在怎样。"""
    if figures.margin is not None:
        return margin_text(figures)
    if not figures.target.by_patches:
        return "；".join(filter(None, (figures.reason, figures.partial_text(gap=""))))
    if figures.is_empty:
        return figures.reason
    pending = [row for row in figures.milestones if not row.state.is_done]
    if not pending:
        return "全部节点已经完成"
    moving = [row for row in pending if row.forecast and row.forecast.done_on]
    stuck = [row for row in pending if row.forecast and not row.forecast.done_on]
    phrases = []
    if moving:
        worst = max(moving, key=lambda row: (row.forecast.late_days, row.milestone.order))
        phrases.append(f"{worst.milestone.name}{forecast_words(figures, worst)}")
    if stuck:
        names = {}
        for row in stuck:
            names.setdefault(forecast_words(figures, row), []).append(row.milestone.name)
        words, steps = next(iter(names.items()))
        phrases.append(f"{'、'.join(steps)}{words}")
    return "；".join(phrases) or f"{pending[0].milestone.name}{forecast_words(figures, pending[0])}"
