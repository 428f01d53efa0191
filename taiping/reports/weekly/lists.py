"""周报里逐块图斑的表：逾期清单（附暂缓的）、明细、说明。一遍读完，明细边读边写。"""

from collections import Counter, defaultdict
from decimal import Decimal

from plots.models import Status
from taiping.ground.area import rounded
from taiping.ground.dates import long_date
from taiping.reports.notes import explanations
from taiping.reports.weekly.paper import COUNT, Paper, amount_format
from taiping.reports.weekly.sheets import heading, opening

LIST_WIDTHS = [6, 10, 20, 21, 14, 10, 12, 13, 10, 10, 34]
OVERDUE_HEADS = (
    "序号",
    "村（社区）",
    "目标任务",
    "图斑编号",
    "小地名",
    "面积（亩）",
    "步骤",
    "截止日期",
    "逾期天数",
    "目前状态",
    "退回理由",
)
DEFERRED_HEADS = (*OVERDUE_HEADS[:8], "暂缓日期", "目前状态", "暂缓原因")


def add_patches(book, shot):
    """逾期清单、暂缓清单在明细前面：先建好表，读图斑时明细直接写出，逾期和暂缓的记下来最后写。"""
    late, waiting = [], []
    first, second = (
        Paper(book, "逾期清单", LIST_WIDTHS, larger=1),
        Paper(book, "暂缓清单", LIST_WIDTHS, larger=1),
    )
    _details(book, shot, late, waiting)
    places = {row.village.pk: place for place, row in enumerate(shot.villages[1])}
    late.sort(key=lambda row: (places[row[0]], -row[1][7]))
    _list(first, shot, OVERDUE_HEADS, [values for _, values in late], "逾期", "late")
    _list(second, shot, DEFERRED_HEADS, waiting, "暂缓", "middle")


def _list(paper, shot, heads, rows, word, look):
    paper.freeze(5, 4)
    opening(paper, shot, f"{word}清单", "亩、天" if look == "late" else "亩", 6)
    head = paper.row(heads, "head", height=28)
    looks = [
        "middle",
        "text",
        "text",
        "text",
        "text",
        "number",
        "middle",
        "middle",
        look,
        "middle",
        "text",
    ]
    for place, values in enumerate(rows, start=1):
        shapes = [COUNT, "", "", "", "", "0.00", "", "", COUNT if look == "late" else "", "", ""]
        row = [place, *values]
        paper.row(row, looks, shapes, height=paper.tall(row, looks, 24))
    paper.filter(head, paper.number)
    if not rows:
        paper.banner(f"没有{word}的图斑。", "note", 24)
    paper.prints(1, head)


def _details(book, shot, late, waiting):
    by_target = [figures for figures in shot.progress.targets if figures.target.by_patches]
    steps = max(
        (len(figures.milestones) for figures in by_target), default=0
    )  # 各步是什么，“时间节点”那张表里有
    paper = Paper(
        book, "明细", [18, 10, 22, 12, 14, 9, 10, 13, 12, *[12] * steps, 9, 9, 28], larger=1
    )
    paper.freeze(4, 5)
    opening(paper, shot, "图斑明细", "亩", 6)
    head = paper.heads(
        [
            *(
                (title, ())
                for title in (
                    "目标任务",
                    "村（社区）",
                    "图斑编号",
                    "小地名",
                    "承包人（项目主体）",
                    "面积（亩）",
                    "状态",
                    "下一步",
                    "截止日期",
                )
            ),
            *(
                [("各步完成日期", tuple(f"第{place}步" for place in range(1, steps + 1)))]
                if steps
                else []
            ),
            ("面积（亩）", ("上报", "核实")),
            ("说明", ()),
        ]
    )
    counts, sums = Counter(), defaultdict(lambda: [Decimal(0)] * 3)
    looks = [
        "text",
        "text",
        "text",
        "text",
        "text",
        "number",
        "middle",
        "middle",
        "middle",
        *["middle"] * steps,
        "number",
        "number",
        "text",
    ]
    for item in shot.items():
        patch, target = item.patch, item.patch.target
        areas = patch.area_mu, item.reported_mu, item.confirmed_mu
        counts[target.pk] += 1
        sums[target.pk] = [total + area for total, area in zip(sums[target.pk], areas, strict=True)]
        fmt = amount_format(target.decimals)
        told = _told(item)
        values = [
            target.name,
            patch.village.name,
            *_facts(item),
            *_days(item, steps),
            *areas[1:],
            told,
        ]
        paper.row(
            values,
            looks,
            ["", "", "", "", "", fmt, "", "", "", *[""] * steps, fmt, fmt, ""],
            height=paper.tall(values, looks, 24),
        )
        if item.overdue_step:
            late.append((patch.village_id, _late(item)))
        elif item.status == Status.DEFERRED:
            waiting.append(_waiting(item))
    paper.filter(head + 1, paper.number)
    if not counts:
        paper.banner("还没有图斑。", "note", 24)
    for figures in by_target:
        _total(paper, figures.target, counts, sums, steps)
    paper.prints(1, head + 1)


def _facts(item):
    patch, pending = item.patch, item.state.next_milestone
    return [
        patch.code,
        patch.place,
        patch.contractor,
        patch.area_mu,
        item.status.label,
        pending.name if pending else "",
        item.pending_due_on,
    ]


def _days(item, steps):
    days = [day for _, day in item.done_days]
    return days + [None] * (steps - len(days))


def _told(item):
    """说明：拆分来的、退回、暂缓、核查无问题的日期和理由。"""
    record = item.closing
    return (
        f"{long_date(record.done_on)}{record.get_kind_display()}：{item.reason}" if record else ""
    )


def _brief(item):
    patch = item.patch
    return [
        patch.village.name,
        patch.target.name,
        patch.code,
        patch.place,
        rounded(patch.area_mu, patch.target.decimals),
    ]


def _late(item):
    reason = item.reason if item.status == Status.RETURNED else ""
    return [
        *_brief(item),
        item.overdue_step.name,
        item.overdue_due_on,
        item.days_over,
        item.status.label,
        reason,
    ]


def _waiting(item):
    pending = item.state.next_milestone
    return [
        *_brief(item),
        pending.name,
        pending.due_on or item.patch.target.plan.ends_on,
        item.closing.done_on,
        item.status.label,
        item.reason,
    ]


def _total(paper, target, counts, sums, steps):
    """每项任务一行合计；种类不同的任务不相加。"""
    if not counts[target.pk]:
        return
    area, reported, confirmed = (rounded(value, target.decimals) for value in sums[target.pk])
    fmt = amount_format(target.decimals)
    values = [
        f"{target.name}合计",
        counts[target.pk],
        None,
        None,
        None,
        area,
        *[None] * (3 + steps),
        reported,
        confirmed,
        None,
    ]
    looks = ["total_text"] * 5 + ["total"] * (steps + 6) + ["total_text"]
    paper.row(
        values,
        looks,
        ["", '0"个"', "", "", "", fmt, *[""] * (3 + steps), fmt, fmt, ""],
        height=paper.tall(values, looks, 24),
    )


def add_notes(book, shot):
    paper = Paper(book, "说明", [6, 120])
    paper.banner(f"{heading(shot)} 统计说明")
    for place, line in enumerate(explanations(shot, returns=True), start=1):
        paper.row([place, line], ["lines", "lines"], [COUNT, ""], height=36)
    paper.prints(1, 1)
