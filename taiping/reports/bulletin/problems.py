"""通报的“存在问题”：逾期的节点，逾期、退回、暂缓的图斑，一村一句；图斑编号在附件的清单里。"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from plots.models import OrderState, Status
from plots.models.orders import OPEN_STATES
from taiping.ground.actors import TURNS
from taiping.ground.words import days_words
from taiping.progress.figures import no_patches
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import Snapshot
from taiping.progress.words import margin_text
from taiping.reports.bulletin import steps
from taiping.reports.bulletin.blocks import Paragraph, lettered
from taiping.reports.bulletin.duties import duties_behind

VILLAGES_LISTED = 30  # 一段里最多说这么多个村
REASONS = 2  # 一个村最多写这么多条不同的理由
LIST_IN = "附件1"  # 有清单就是第一个附件
REASON = 60  # 一条理由最多写这么多字


@dataclass
class Named:
    """那天逾期的、退回的、暂缓的图斑。"""

    overdue: list[PatchOnDay] = field(default_factory=list)
    returned: list[PatchOnDay] = field(default_factory=list)
    deferred: list[PatchOnDay] = field(default_factory=list)


def named(shot: Snapshot) -> Named:
    found = Named()
    for item in shot.items("overdue", "returned", "deferred"):
        if item.overdue_step:
            found.overdue.append(item)
        if item.status == Status.RETURNED:
            found.returned.append(item)
        elif item.status == Status.DEFERRED:
            found.deferred.append(item)
    return found


def problems(shot: Snapshot, found: Named) -> list[Paragraph]:
    """哪样没有就不列，都没有就说没有。"""
    parts = [(title, text) for title, text in _parts(shot, found) if text]
    return lettered(parts) or [Paragraph(_none(shot.progress))]


def _none(progress):
    """没有问题时的一句；没有图斑的方案只说时间节点，还没有数的照实说。"""
    if any(figures.patch_count for figures in progress.targets):
        return "没有逾期、退回和暂缓的图斑，也没有逾期的时间节点。"
    if progress.by_patches:
        by_patches = [figures for figures in progress.targets if figures.target.by_patches]
        return f"{no_patches(by_patches)}，没有可以通报的问题。"
    if any(figures.confirmed is not None for figures in progress.targets):
        return "没有逾期的时间节点。"
    return "各项任务都还没有到截止日期，也还没有监测数。"


def _parts(shot, found):
    """[(哪类问题, 一段话)]；没有的那类是空的。"""
    low = [
        f"{figures.target.name}{margin_text(figures)}"
        for figures in steps.below_floor(shot.progress)
    ]
    parts = [
        ("低于底线", _sentence(low)),
        ("时间节点逾期", _sentence(steps.overdue_steps(shot.progress))),
        ("截止已过，还没有报数的", _sentence(steps.silent_steps(shot.progress))),
    ]
    for actor, words in TURNS:
        own = [item for item in found.overdue if item.state.next_milestone.actor == actor]
        parts.append((f"{words}的图斑逾期", by_village(own, late_words)))
    parts.append(("已退回，还没有重新上报", by_village(found.returned, reason_words)))
    parts.append(("暂缓整改", by_village(found.deferred, reason_words)))
    parts.append(("督办没有办结", orders_text(shot)))
    parts.append(("常态工作没有做够", duties_behind(shot)))
    return parts


def orders_text(shot: Snapshot) -> str:
    """没有办结的督办单几张、各是什么样、发给谁；都办结了的、没有写过的是空。"""
    texts, total = [], 0
    for state in OPEN_STATES:
        own = [order for order in shot.orders if order.state == state]
        total += len(own)
        if own:
            texts.append(f"{state.label}{len(own)}张（{_numbered(own, shot.on)}）")
    return f"没有办结的督办单{total}张：{'；'.join(texts)}。" if texts else ""


def _numbered(orders, on):
    """“东村第2号，逾期4天、西村第4号”。"""
    found = []
    for order in orders[:VILLAGES_LISTED]:
        is_late = order.state == OrderState.OVERDUE
        days = f"，{days_words((order.answer_by - on).days, gap='')}" if is_late else ""
        found.append(f"{order.to.name}第{order.number}号{days}")
    more = f"等{len(orders)}张" if len(orders) > VILLAGES_LISTED else ""
    return "、".join(found) + more


def _sentence(texts):
    return "；".join(texts) + "。" if texts else ""


def by_village(items: list[PatchOnDay], words: Callable[[list[PatchOnDay]], str]) -> str:
    """先说共几个，再一村一句，多的在前；words 由一个村的图斑写出后半句。"""
    if not items:
        return ""
    own = defaultdict(list)
    for item in items:
        own[item.patch.village].append(item)
    rows = sorted(own.items(), key=lambda row: (-len(row[1]), row[0].order))
    texts = [f"共{len(items)}个，清单见{LIST_IN}。"]
    for village, patches in rows[:VILLAGES_LISTED]:
        texts.append(f"{village.name}{len(patches)}个{words(patches)}。")
    rest = rows[VILLAGES_LISTED:]
    if rest:
        count = sum(len(patches) for _, patches in rest)
        texts.append(f"其余{len(rest)}个村共{count}个。")
    return "".join(texts)


def late_words(items: list[PatchOnDay]) -> str:
    days = max(item.days_over for item in items)
    return f"，{'' if len(items) == 1 else '最长的'}逾期{days}天"


def reason_words(items: list[PatchOnDay]) -> str:
    """理由：一样的只写一遍。"""
    reasons = list(dict.fromkeys(one_line(item.reason) for item in items if item.reason))
    if not reasons:
        return ""
    more = "等" if len(reasons) > REASONS else ""
    return f"（{'；'.join(reasons[:REASONS])}{more}）"


def one_line(reason: str) -> str:
    """理由写进括号里：不换行，句末不带句号；太长的只留开头，全文在台账里。"""
    text = "".join(reason.splitlines()).strip().rstrip("。；;.")
    return text if len(text) <= REASON else f"{text[:REASON]}……"
