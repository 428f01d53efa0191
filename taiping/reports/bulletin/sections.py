"""通报正文的几个部分，依次由数写出来。"""

from taiping.ground.dates import long_date
from taiping.ground.words import numeral
from taiping.progress.figures import Progress
from taiping.progress.snapshot import Snapshot
from taiping.progress.states import MilestoneState
from taiping.reports.bulletin import ranking, sentences, steps
from taiping.reports.bulletin.annexes import VILLAGES, Annex, place_of
from taiping.reports.bulletin.blocks import Heading, Paragraph
from taiping.reports.bulletin.changes import against_before
from taiping.reports.bulletin.duties import duties_sentence
from taiping.reports.bulletin.problems import Named, problems
from taiping.subsidies.figures import summary_of

SOON_DAYS = 30  # 下步工作先说这么多天内截止的


def sections(shot: Snapshot, found: Named, attached: list[Annex]) -> list[Heading | Paragraph]:
    """一级标题已编号；found 是逾期、退回、暂缓的图斑，attached 是附件，正文里说见附件几。"""
    opening = (
        f"根据《{shot.plan.title}》，现将截至{long_date(shot.on)}全镇耕地保护工作进展情况通报如下。"
    )
    blocks = [Paragraph(opening)]
    for number, (title, content) in enumerate(_parts(shot, found, attached), start=1):
        blocks += [Heading(f"{numeral(number)}、{title}"), *content]
    return blocks


def _parts(shot, found, attached):
    progress = shot.progress
    if not progress.targets:
        nothing = f"{shot.plan}还没有目标任务，暂无可通报的进展。"
        return [("总体情况", [Paragraph(nothing)])]
    return [
        ("总体情况", overview(shot)),
        ("分任务进展", by_target(progress)),
        ("各村情况", by_village(progress, place_of(VILLAGES, attached))),
        ("存在问题", problems(shot, found)),
        ("下步工作", next_steps(progress)),
    ]


def lettered(lines: list[tuple[str, str]]) -> list[Paragraph]:
    """[(标题, 一段话)] → 段首带（一）（二）的段落。"""
    return [
        Paragraph(text, f"（{numeral(number)}）{title}。")
        for number, (title, text) in enumerate(lines, start=1)
    ]


def overview(shot: Snapshot) -> list[Paragraph]:
    """全镇一段，与上期相比一段，常态工作一段；填了奖补标准的，钱一段。"""
    progress = shot.progress
    texts = [
        sentences.timing(progress),
        sentences.overall(progress),
        sentences.patches_overall(progress),
    ]
    paragraphs = [Paragraph("".join(texts))]
    if change := against_before(progress, shot.moved):
        paragraphs.append(Paragraph(change))
    if duties := duties_sentence(shot.duties):
        paragraphs.append(Paragraph(duties))
    if money := summary_of(progress):
        paragraphs.append(Paragraph(sentences.subsidies(money)))
    return paragraphs


def by_target(progress: Progress) -> list[Paragraph]:
    """一项任务一段，带序号；它的“其中”跟在后面，不另编号。"""
    paragraphs, number = [], 0
    for figures in progress.targets:
        if figures.target.by_patches:
            text = sentences.patch_progress(figures) + steps.milestones(figures)
        else:
            text = sentences.reading(figures)
        title = f"{figures.target.part_name}（{_state_words(figures)}）。"
        if not figures.target.depth:
            number += 1
            title = f"（{numeral(number)}）{title}"
        paragraphs.append(Paragraph(text, title))
    return paragraphs


def _state_words(figures):
    """“预警，按近14天进度，12月2日才完，晚32天”；别的状态和底线，理由后面的句子里有，只说状态。"""
    at_risk = figures.state == MilestoneState.AT_RISK and not figures.target.is_floor
    if at_risk or figures.silent:
        return f"{figures.state.label}，{figures.reason}"
    return figures.state.label


def by_village(progress: Progress, annex: int) -> list[Paragraph]:
    """annex 是各村表在附件几。"""
    rows, without = ranking.ranked(progress)
    if not rows:
        return [Paragraph("各村都还没有图斑，暂不排名。")]
    text = f"各村按核实占比由高到低排列，占比相同的，村该办的逾期少的在前（见附件{annex}）。"
    text += ranking.sentence(rows) + sentences.owed_by_others(progress.owed)
    if without:
        names = "、".join(village.name for village in without)
        text += f"{names}没有图斑，不参加排名。"
    return [Paragraph(text)]


def next_steps(progress: Progress) -> list[Paragraph]:
    """截止还没到的，按日期列；逾期的、没有定截止日期的各一句；都完成了就说都完成了。"""
    lines = [*_floors(progress), *_overdue(progress), *_ahead(progress), *_undated(progress)]
    if lines:
        return lettered(lines)
    is_done = all(figures.state.is_done for figures in progress.targets)
    if progress.on > progress.plan.ends_on and not is_done:
        return [Paragraph("方案规定的截止日期都已经过去。")]
    return [Paragraph("各时间节点都已完成。")]


def _floors(progress):
    names = "、".join(figures.target.name for figures in steps.below_floor(progress))
    if names:
        yield "补足低于底线的面积", f"{names}低于底线，请责任单位核对面积，尽快补足。"


def _overdue(progress):
    late, who = [], "责任单位核对原因"
    if steps.overdue_steps(progress):
        late.append("时间节点")
    if progress.overdue_count:
        late.append("图斑")
        who = "责任单位和有关村逐个核对原因"
    if late:
        text = f"对已经逾期的{'和'.join(late)}，请{who}，尽快完成并上报。"
        yield "抓紧补上逾期的任务", text


def _ahead(progress):
    ahead, has_later = steps.deadlines_ahead(progress, SOON_DAYS)
    if not ahead:
        return
    texts = []
    for day, days, names in ahead:
        when = f"截止（还有{days}天）" if days else "当天截止"
        texts.append(f"{long_date(day)}{when}的有{'，'.join(names)}")
    title = "按时完成还没有到期的任务"
    if has_later or ahead[-1][1] <= SOON_DAYS:
        title = f"按时完成近{SOON_DAYS}天内截止的任务"
    yield title, "；".join(texts) + "。"


def _undated(progress):
    undated = steps.undated_steps(progress)
    if not undated:
        return
    when = "方案已经结束，请尽快完成。"
    if progress.on <= progress.plan.ends_on:
        when = f"请在{long_date(progress.plan.ends_on)}方案结束前完成。"
    yield "推进没有定截止日期的任务", f"{'，'.join(undated)}，方案没有定截止日期，{when}"
