"""通报的六个部分，依次由数写出来。"""

from collections import defaultdict

from plots.models import Status
from taiping.ground.dates import long_date
from taiping.reports.bulletin import ranking, sentences, steps
from taiping.reports.bulletin.blocks import Heading, Paragraph, numeral
from taiping.reports.notes import explanations

LISTED = 10  # 一个村里同一项任务最多点名这么多个图斑
REASON = 60  # 一条理由最多写这么多字


def sections(shot):
    """→ [Heading | Paragraph | Table]，一级标题已编号。"""
    progress = shot.progress
    opening = Paragraph(
        f"根据《{shot.plan.title}》，现将截至{long_date(shot.as_of)}全镇耕地保护工作进展情况通报如下。"
    )
    if not progress.targets:
        parts = [
            ("总体情况", [Paragraph(f"{shot.plan.year}年度方案还没有目标任务，暂无可通报的进展。")])
        ]
    else:
        parts = [
            ("总体情况", overview(progress)),
            ("分任务进展", by_target(progress)),
            ("各村情况", by_village(progress)),
            ("存在问题", problems(shot)),
            ("下步工作", next_steps(progress)),
        ]
    parts.append(
        (
            "统计说明",
            [Paragraph(f"{number}．{line}") for number, line in enumerate(explanations(shot), 1)],
        )
    )
    blocks = [opening]
    for number, (title, content) in enumerate(parts, start=1):
        blocks += [Heading(f"{numeral(number)}、{title}"), *content]
    return blocks


def lettered(lines):
    """[(标题, 一段话)] → 段首带（一）（二）的段落。"""
    return [
        Paragraph(text, f"（{numeral(number)}）{title}。")
        for number, (title, text) in enumerate(lines, start=1)
    ]


def overview(progress):
    texts = [
        sentences.timing(progress),
        sentences.overall(progress),
        sentences.patches_overall(progress),
    ]
    return [Paragraph("".join(texts))]


def by_target(progress):
    lines = []
    for figures in progress.targets:
        name = f"{figures.target.name}（{figures.state.label}）"
        if figures.target.by_patches:
            lines.append((name, sentences.patch_progress(figures) + steps.milestones(figures)))
        else:
            lines.append((name, sentences.reading(figures, progress.as_of)))
    return lettered(lines)


def by_village(progress):
    rows, without = ranking.ranked(progress)
    if not rows:
        return [Paragraph("各村都还没有图斑，暂不排名。")]
    text = "名次只看结果：按核实占比由高到低，占比相同的看逾期个数，少的在前。" + ranking.sentence(
        rows
    )
    if without:
        names = "、".join(village.name for village in without)
        text += f"{names}没有图斑，不参加排名。"
    return [Paragraph(text), ranking.table(rows)]


def problems(shot):
    """逾期的节点，逾期、退回、暂缓的图斑；哪样没有就不列，都没有就说没有。"""
    overdue, returned, deferred = (defaultdict(list) for _ in range(3))
    for item in shot.items("overdue", "returned", "deferred"):
        if item.overdue_step:
            overdue[item.patch.village].append(item)
        if item.status == Status.RETURNED:
            returned[item.patch.village].append(item)
        elif item.status == Status.DEFERRED:
            deferred[item.patch.village].append(item)
    found = []
    if low := steps.below_floor(shot.progress):
        found.append(
            (
                "低于底线",
                [
                    "；".join(
                        f"{figures.target.name}低于底线{sentences.quantity(figures.margin_abs, figures.target)}"
                        for figures in low
                    )
                    + "。"
                ],
            )
        )
    if late := steps.overdue_steps(shot.progress):
        found.append(("时间节点逾期", ["；".join(late) + "。"]))
    if overdue:
        found.append(("图斑逾期", named(overdue, longest=True)))
    if returned:
        found.append(("退回后还没有重新上报", named(returned)))
    if deferred:
        found.append(("暂缓整改", named(deferred)))
    if found:
        return [
            Paragraph(text, f"（{numeral(number)}）{title}。" if not place else "")
            for number, (title, texts) in enumerate(found, start=1)
            for place, text in enumerate(texts)
        ]
    if not any(figures.patch_count for figures in shot.progress.targets):
        return [Paragraph("还没有图斑，没有可以通报的问题。")]
    return [Paragraph("没有逾期、退回和暂缓的图斑，也没有逾期的时间节点。")]


def named(by_village, longest=False):
    """先说共几个，再一村一段，多的在前；longest 时最后补最长逾期几天，不然写退回、暂缓的理由。"""
    rows = sorted(by_village.items(), key=lambda row: (-len(row[1]), row[0].order))
    texts = [f"共{sum(len(own) for _, own in rows)}个。"]
    for village, own in rows:
        days = max(row.days_over for row in own) if longest else 0
        after = f"；{'' if len(own) == 1 else '最长的'}已过{days}天" if longest else ""
        texts.append(f"{village.name}{len(own)}个：{codes(own, reasons=not longest)}{after}。")
    return texts


def codes(rows, reasons=False):
    """“自然撂荒地整治T1、T2等12个”：按任务分开，每项任务最多点名 LISTED 个。"""
    by_name = defaultdict(list)
    for row in rows:
        by_name[row.patch.target.name].append(row)
    texts = []
    for name, own in by_name.items():
        shown = "、".join(
            row.patch.code + (f"（{one_line(row.reason)}）" if reasons and row.reason else "")
            for row in own[:LISTED]
        )
        texts.append(f"{name}{shown}" + (f"等{len(own)}个" if len(own) > LISTED else ""))
    return "，".join(texts)


def one_line(reason):
    """理由写进括号里：不换行，句末不带句号；太长的只留开头，全文在台账里。"""
    text = "".join(reason.splitlines()).strip().rstrip("。；;.")
    return text if len(text) <= REASON else f"{text[:REASON]}……"


def next_steps(progress):
    """截止还没到的，按日期列；逾期的、未定时限的各一句；都完成了就说都完成了。"""
    ahead, more = steps.deadlines_ahead(progress)
    lines = []
    if low := steps.below_floor(progress):
        names = "、".join(figures.target.name for figures in low)
        lines.append(("补足低于底线的面积", f"{names}低于底线，请责任单位核对面积，尽快补足。"))
    late = ["时间节点"] if steps.overdue_steps(progress) else []
    if late or progress.overdue_count:
        late += ["图斑"] if progress.overdue_count else []
        who = "责任单位和有关村逐个核对原因" if progress.overdue_count else "责任单位核对原因"
        lines.append(
            ("抓紧补上逾期的任务", f"已经逾期的{'和'.join(late)}，请{who}，尽快完成并上报。")
        )
    if ahead:
        texts = [
            f"{long_date(day)}{f'截止（还有{days}天）' if days else '当天截止'}的有{'，'.join(names)}"
            for day, days, names in ahead
        ]
        title = (
            "按时完成近30天内截止的任务"
            if more or ahead[-1][1] <= 30
            else "按时完成还没有到期的任务"
        )
        lines.append((title, "；".join(texts) + "。"))
    if undated := steps.undated_steps(progress):
        when = (
            f"请在方案结束日期{long_date(progress.plan.ends_on)}前完成。"
            if (progress.as_of <= progress.plan.ends_on)
            else "方案已经结束，请尽快完成。"
        )
        lines.append(("推进未定时限的任务", f"{'，'.join(undated)}，方案未定时限，{when}"))
    if lines:
        return lettered(lines)
    if progress.as_of > progress.plan.ends_on and not all(
        figures.state.is_done for figures in progress.targets
    ):
        return [Paragraph("方案规定的时限都已经过去，没有未到期的时间节点。")]
    return [Paragraph("各时间节点都已完成，没有未到期的时限。")]
