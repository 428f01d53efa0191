"""通报的“与上期相比”：和总览、周报同一份比较（taiping.progress.comparison），这里只写成句子。"""

from taiping.ground.actors import actors
from taiping.ground.dates import date_beside
from taiping.ground.words import quantity_words
from taiping.progress.comparison import Comparison, Moved
from taiping.progress.figures import Progress, TargetFigures
from taiping.progress.words import quantity

VERBS = {"上报": ("新增上报", "上报减少"), "核实": ("新增核实", "核实减少")}
MOST_VILLAGES = 3


def against_before(progress: Progress, moved: Comparison | None) -> str:
    """一段话；不比的、上期方案还没有开始的、还没有图斑和监测数的是空文字。"""
    has_data = any(figures.patch_count or figures.confirmed for figures in progress.targets)
    if moved is None or not has_data or moved.before < progress.plan.starts_on:
        return ""
    opening = f"与上期（截至{date_beside(moved.before, progress.on)}）相比，"
    parts = [f"{text}。" for text in (_whole(moved), _targets(progress, moved)) if text]
    if not parts:
        what = "上报、核实和逾期" if progress.by_patches else "监测数"
        return f"{opening}各项任务的{what}都没有变化。"
    return opening + "".join([*parts, _villages(moved)])


def _whole(moved):
    """全镇的图斑：“新增上报9个、新增核实4个，村该办的逾期减少2个”。"""
    sums = {line.words: line.total for line in moved.lines}
    done = [_counted(word, sums.get(word, 0)) for word in VERBS]
    late = sums.get(f"该{actors.village}里办的逾期", 0)
    late_words = (
        f"{actors.village}该办的逾期{'增加' if late > 0 else '减少'}{abs(late)}个" if late else ""
    )
    together = "、".join(filter(None, done))
    return "，".join(filter(None, [f"图斑{together}" if together else "", late_words]))


def _counted(word, count):
    more, less = VERBS[word]
    return f"{more if count > 0 else less}{abs(count)}个" if count else ""


def _targets(progress, moved):
    texts, still = [], []
    for figures in progress.targets:
        own = moved.targets[figures.target.pk]
        words = _patches(figures, own) if figures.target.by_patches else _reading(figures, own)
        if words:
            texts.append(f"{figures.target.name}{words}")
        elif figures.patch_count:
            still.append(figures.target.name)
    if texts and still:
        names = "、".join(still) if len(still) <= MOST_VILLAGES else "其余任务"
        texts.append(f"{names}没有变化")
    return "；".join(texts)


def _patches(figures: TargetFigures, own: Moved) -> str:
    done = (
        ("上报", own.reported_count, own.reported),
        ("核实", own.confirmed_count, own.confirmed),
    )
    parts = [_done(figures, *each) for each in done]
    if own.overdue:
        parts.append(f"逾期{'增加' if own.overdue > 0 else '减少'}{abs(own.overdue)}个")
    return "，".join(filter(None, parts))


def _done(figures, word, count, amount):
    """“新增上报5个、50.2亩”；个数和面积一增一减的分开说。"""
    amount = amount or 0
    if not count and not amount:
        return ""
    more, less = VERBS[word]
    area = quantity_words(abs(amount), figures.target.unit, figures.decimals) if amount else ""
    if count and amount and (count > 0) != (amount > 0):
        return f"{_counted(word, count)}、面积{'增加' if amount > 0 else '减少'}{area}"
    sign = count or amount
    number = f"{abs(count)}个" if count else ""
    return f"{more if sign > 0 else less}{'、'.join(filter(None, [number, area]))}"


def _reading(figures, own):
    if own.confirmed is None and figures.confirmed is not None:
        return f"新报监测数{quantity(figures.confirmed, figures)}"
    if not own.confirmed:
        return ""
    side = "增加" if own.confirmed > 0 else "减少"
    amount = quantity_words(abs(own.confirmed), figures.target.unit, figures.decimals)
    return f"的监测数{side}{amount}"


def _villages(moved):
    """上报得多的几个村。"""
    line = moved.lines[0]
    best = [(village, count) for village, count in line.villages if count > 0][:MOST_VILLAGES]
    if not best:
        return ""
    names = "、".join(f"{village.name}（{count}个）" for village, count in best)
    return f"新增上报较多的村有{names}。" if len(best) > 1 else f"新增上报的主要是{names}。"
