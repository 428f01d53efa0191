"""通报正文的几个部分，依次由数写出来。"""

from taiping.ground.actors import actors
from taiping.ground.dates import long_date
from taiping.ground.words import numeral
from taiping.progress.figures import Progress
from taiping.progress.snapshot import Snapshot
from taiping.progress.states import MilestoneState
from taiping.reports.bulletin import measured, ranking, sentences, steps
from taiping.reports.bulletin.annexes import MEASURED, VILLAGES, Annex, place_of
from taiping.reports.bulletin.blocks import Heading, Paragraph, lettered
from taiping.reports.bulletin.changes import against_before
from taiping.reports.bulletin.duties import by_duty, duties_sentence, short_duties
from taiping.reports.bulletin.problems import Named, orders_text, problems
from taiping.subsidies.figures import summary_of

SOON_DAYS = 30  # 下步工作先说这么多天内截止的


def sections(shot: Snapshot, found: Named, attached: list[Annex]) -> list[Heading | Paragraph]:
    """一级标题已编号；found 是逾期、退回、暂缓的图斑，attached 是附件，正文里说见附件几。"""
    opening = f"根据《{shot.plan.title}》，现将截至{long_date(shot.on)}全{actors.town}{shot.plan.subject}工作进展情况通报如下。"
    blocks = [Paragraph(opening)]
    for number, (title, content) in enumerate(_parts(shot, found, attached), start=1):
        blocks += [Heading(f"{numeral(number)}、{title}"), *content]
    return blocks


def _parts(shot, found, attached):
    progress = shot.progress
    if not progress.targets and shot.duties:
        return _only_duties(shot)
    if not progress.targets:
        nothing = f"{shot.plan}还没有目标任务，暂无可通报的进展。"
        return [("总体情况", [Paragraph(nothing)])]
    return [
        ("总体情况", overview(shot)),
        ("分任务进展", by_target(progress)),
        ("各村情况", by_village(progress, attached)),
        ("存在问题", problems(shot, found)),
        ("下步工作", next_steps(progress)),
    ]


def _only_duties(shot):
    """只有常态工作、没有目标任务的方案。"""
    short, orders = short_duties(shot.duties), orders_text(shot)
    found = [("没有做够", short), ("督办没有办结", orders)]
    problem_lines = lettered([line for line in found if line[1]])
    opening = f"方案没有目标任务，定了常态工作{len(shot.duties)}项。"
    parts = [
        ("总体情况", [Paragraph(f"{sentences.timing(shot.progress)}{opening}")]),
        ("常态工作", lettered(by_duty(shot.duties))),
        ("存在问题", problem_lines or [Paragraph("各项常态工作都已做够。")]),
    ]
    if short and shot.on <= shot.plan.ends_on:
        text = "没有做够的，请在这一段结束以前补做，做了及时记录。"
        parts.append(("下步工作", [Paragraph(text)]))
    return parts


def overview(shot: Snapshot) -> list[Paragraph]:
    """全镇一段，与上期相比一段，常态工作一段；填了奖补标准的，钱一段。"""
    progress = shot.progress
    texts = [
        sentences.timing(progress),
        sentences.overall(progress),
        sentences.silence(progress),
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
            text += "" if figures.target.is_floor else steps.milestones(figures)
        title = f"{figures.target.part_name}（{_state_words(figures)}）。"
        if not figures.target.depth:
            number += 1
            title = f"（{numeral(number)}）{title}"
        paragraphs.append(Paragraph(text, title))
    return paragraphs


def _state_words(figures):
    """“预警，按近14天进度，12月2日才完，晚32天”；别的状态和底线，理由后面的句子里有，只说状态。"""
    told_below = not figures.target.by_patches and not figures.target.is_floor
    at_risk = figures.state == MilestoneState.AT_RISK and not figures.target.is_floor
    if at_risk or (figures.silent and not told_below):
        return f"{figures.state.label}，{figures.reason}"
    return figures.state.label


def by_village(progress: Progress, attached: list[Annex]) -> list[Paragraph]:
    """靠图斑的一段；靠监测的一项任务一段。哪样没有就不说。"""
    paragraphs = []
    if progress.by_patches:
        paragraphs.append(ranked_village(progress, place_of(VILLAGES, attached)))
    found = measured.measured(progress)
    if not found and not progress.by_patches:
        return [Paragraph("各项任务都没有分解到村，也没有各村的监测数，暂不排名。")]
    if found:
        paragraphs += read_by_village(progress, found, place_of(MEASURED, attached))
    return paragraphs


def read_by_village(
    progress: Progress, found: list[measured.Measured], annex: int
) -> list[Paragraph]:
    """一项任务一段，先说怎么排；annex 是各村监测数在附件几，都还没有报的没有附，是 0。"""
    text = "靠监测的任务，" if progress.by_patches else ""
    if annex:
        text += f"各村按监测数占本村任务数的比例由高到低排列，一项任务一张表（见附件{annex}）。"
    else:
        text += "各村都还没有报数，暂不排名。"
    whole = [
        figures.target.name
        for figures in progress.targets
        if not figures.target.by_patches and not any(one.figures is figures for one in found)
    ]
    if whole:
        text += f"{'、'.join(whole)}没有分解到村，只看全{actors.town}的数。"
    without = measured.without_part(progress, found)
    if without and not progress.by_patches:
        text += f"{measured.some_villages(without)}没有分到任务，也没有报过数，不在其列。"
    lines = [(one.figures.target.name, measured.sentence(one)) for one in found]
    return [Paragraph(text), *lettered(lines)]


def ranked_village(progress: Progress, annex: int) -> Paragraph:
    """annex 是各村表在附件几。"""
    rows, without = ranking.ranked(progress)
    if not rows:
        return Paragraph("各村都还没有图斑，暂不排名。")
    text = f"各村按核实占比由高到低排列，占比相同的，{actors.village}该办的逾期少的在前（见附件{annex}）。"
    text += ranking.sentence(rows) + sentences.owed_by_others(progress.owed)
    if without:
        names = "、".join(village.name for village in without)
        text += f"{names}没有图斑，不参加排名。"
    return Paragraph(text)


def next_steps(progress: Progress) -> list[Paragraph]:
    """截止还没到的，按日期列；逾期的、没有定截止日期的各一句；都完成了就说都完成了。"""
    lines = [
        *_floors(progress),
        *_overdue(progress),
        *_silent(progress),
        *_ahead(progress),
        *_undated(progress),
    ]
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


def _silent(progress):
    waiting = {"还没有报数": []}
    for figures in progress.targets:
        if not figures.silent:
            continue
        words = figures.no_patches if figures.is_empty else "还没有报数"
        waiting.setdefault(words, []).append(figures.target.name)
    texts = [f"{'、'.join(names)}截止已过、{words}" for words, names in waiting.items() if names]
    if texts:
        text = f"{'；'.join(texts)}，请责任单位核实情况，尽快上报。"
        yield "补报截止已过、还没有报数的任务", text


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
