"""通报的“存在问题”：逾期的节点，逾期、退回、暂缓的图斑，一村一段，点名到图斑。"""

from collections import defaultdict

from plots.ledger.as_of import ACTORS
from plots.models import Status
from taiping.ground.words import numeral
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import Snapshot
from taiping.progress.words import margin_text
from taiping.reports.bulletin import steps
from taiping.reports.bulletin.blocks import Paragraph
from villages.models import Village

LISTED = 10  # 一个村里同一项任务最多点名这么多个图斑
REASON = 60  # 一条理由最多写这么多字


def problems(shot: Snapshot) -> list[Paragraph]:
    """哪样没有就不列，都没有就说没有。"""
    paragraphs = []
    found = [(title, texts) for title, texts in _found(shot) if texts]
    for number, (title, texts) in enumerate(found, start=1):
        first, *others = texts
        paragraphs.append(Paragraph(first, f"（{numeral(number)}）{title}。"))
        paragraphs += [Paragraph(text) for text in others]
    if paragraphs:
        return paragraphs
    if not any(figures.patch_count for figures in shot.progress.targets):
        return [Paragraph("还没有图斑，没有可以通报的问题。")]
    return [Paragraph("没有逾期、退回和暂缓的图斑，也没有逾期的时间节点。")]


def _found(shot):
    """[(哪类问题, [一段段的话])]；没有的那类是空的。"""
    overdue, returned, deferred = _patches(shot)
    low = [
        f"{figures.target.name}{margin_text(figures)}"
        for figures in steps.below_floor(shot.progress)
    ]
    return [
        ("低于底线", _one_paragraph(low)),
        ("时间节点逾期", _one_paragraph(steps.overdue_steps(shot.progress))),
        ("截止已过，还没有报数的", _one_paragraph(steps.silent_steps(shot.progress))),
        ("村里该办的图斑逾期", named(overdue["VILLAGE"], longest=True)),
        ("镇里欠的图斑", named(overdue["TOWN"], longest=True)),
        ("等区里办的图斑", named(overdue["DISTRICT"], longest=True)),
        ("退回后还没有重新上报", named(returned)),
        ("暂缓整改", named(deferred)),
    ]


def _one_paragraph(texts):
    return ["；".join(texts) + "。"] if texts else []


def _patches(shot):
    """({由谁做: 逾期的}, 退回的, 暂缓的)，逾期的、退回的、暂缓的各是 {村: [PatchOnDay]}。"""
    overdue = {actor: defaultdict(list) for actor in ACTORS}
    returned, deferred = defaultdict(list), defaultdict(list)
    for item in shot.items("overdue", "returned", "deferred"):
        village = item.patch.village
        if item.overdue_step:
            overdue[item.state.next_milestone.actor][village].append(item)
        if item.status == Status.RETURNED:
            returned[village].append(item)
        elif item.status == Status.DEFERRED:
            deferred[village].append(item)
    return overdue, returned, deferred


def named(by_village: dict[Village, list[PatchOnDay]], longest: bool = False) -> list[str]:
    """先说共几个，再一村一段，多的在前；longest 时最后补最长逾期几天，不然写退回、暂缓的理由。"""
    if not by_village:
        return []
    rows = sorted(by_village.items(), key=lambda row: (-len(row[1]), row[0].order))
    texts = [f"共{sum(len(own) for _, own in rows)}个。"]
    for village, own in rows:
        text = f"{village.name}{len(own)}个：{codes(own, reasons=not longest)}"
        if longest:
            days = max(item.days_over for item in own)
            text += f"；{'' if len(own) == 1 else '最长的'}已过{days}天"
        texts.append(f"{text}。")
    return texts


def codes(rows: list[PatchOnDay], reasons: bool = False) -> str:
    """“自然撂荒地整治T1、T2等12个”：按任务分开，每项任务最多点名 LISTED 个。"""
    by_name = defaultdict(list)
    for item in rows:
        by_name[item.patch.target.name].append(item)
    texts = []
    for name, own in by_name.items():
        shown = "、".join(_code(item, reasons) for item in own[:LISTED])
        more = f"等{len(own)}个" if len(own) > LISTED else ""
        texts.append(f"{name}{shown}{more}")
    return "，".join(texts)


def _code(item, with_reason):
    reason = f"（{one_line(item.reason)}）" if with_reason and item.reason else ""
    return f"{item.patch.code}{reason}"


def one_line(reason: str) -> str:
    """理由写进括号里：不换行，句末不带句号；太长的只留开头，全文在台账里。"""
    text = "".join(reason.splitlines()).strip().rstrip("。；;.")
    return text if len(text) <= REASON else f"{text[:REASON]}……"
