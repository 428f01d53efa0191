"""和早些时候比：每项任务、每一步、每个村动了多少。"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from taiping.ground.actors import actors
from taiping.ground.area import figure
from taiping.ground.display import signed
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures
from tasks.models import Target
from villages.models import Village

MOST_NAMED = 4  # 一句话里最多点这么多个村


@dataclass
class Moved:
    """和早些时候比，一项任务动了多少；面积单位亩，逾期是现在减以前（负数是好事）。confirmed 有一头没有监测数是 None。"""

    confirmed: Decimal | None
    confirmed_count: int
    reported: Decimal
    reported_count: int
    overdue: int

    @classmethod
    def between(cls, before: TargetFigures, now: TargetFigures) -> "Moved":
        return cls(
            None if None in (now.confirmed, before.confirmed) else now.confirmed - before.confirmed,
            now.confirmed_count - before.confirmed_count,
            (now.reported or 0) - (before.reported or 0),
            now.reported_count - before.reported_count,
            now.overdue_count - before.overdue_count,
        )

    @property
    def parts(self) -> list[tuple[str, str, int, Decimal | None]]:
        """[(说法, 台账里怎么问, 个, 亩)]；逾期只有个。"""
        return [
            ("±核实", "confirmed", self.confirmed_count, self.confirmed),
            ("±上报", "reported", self.reported_count, self.reported),
            ("±逾期", "overdue", self.overdue, None),
        ]

    @property
    def is_still(self) -> bool:
        parts = (
            self.confirmed,
            self.confirmed_count,
            self.reported,
            self.reported_count,
            self.overdue,
        )
        return self.confirmed is not None and not any(parts)


class MovedStep(NamedTuple):
    """一步动了多少：完成的亩（有一头没有监测数是 None）和个，逾期的个。"""

    reached: Decimal | None
    reached_count: int
    overdue: int

    @classmethod
    def between(cls, before: MilestoneFigures, now: MilestoneFigures) -> "MovedStep":
        return cls(
            None if None in (now.reached, before.reached) else now.reached - before.reached,
            now.reached_count - before.reached_count,
            now.overdue_count - before.overdue_count,
        )


class MovedCounts(NamedTuple):
    """一个村动了几个；逾期只数该村里办的。"""

    confirmed: int
    reported: int
    overdue: int

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """[(说法, 个, 台账里怎么问)]。"""
        return [
            ("±核实", self.confirmed, "&state=confirmed"),
            ("±上报", self.reported, "&state=reported"),
            ("±逾期", self.overdue, "&actor=VILLAGE&state=overdue"),
        ]


class MovedLine(NamedTuple):
    """一句：全部的村一共动了几个，动得多的是哪些村 [(村, 个)]，另外还有几个村动了；asks 是台账里怎么问。"""

    words: str
    asks: str
    total: int
    villages: list[tuple[Village, int]]
    more: int


class MovedReading(NamedTuple):
    """一项靠监测的任务：全镇动了多少，动得多的是哪些村 [(村, “+12.50”)]，另外还有几个村动了。"""

    target: Target
    words: str
    villages: list[tuple[Village, str]]
    more: int


@dataclass
class Comparison:
    """on 那天的数减 before 那天的：targets 按任务的主键，steps 按节点的，villages 按村的。"""

    before: date
    targets: dict[int, Moved] = field(default_factory=dict)
    steps: dict[int, MovedStep] = field(default_factory=dict)
    villages: dict[int, MovedCounts] = field(default_factory=dict)
    lines: list[MovedLine] = field(default_factory=list)
    readings: list[MovedReading] = field(default_factory=list)  # 动了的
    still: int = 0  # 没有动的靠监测的任务有几项


def compared(before: Progress | None, now: Progress) -> Comparison | None:
    """从 before 到 now 动了多少；两份 Progress 的任务和村相同。不比的是 None。"""
    if before is None:
        return None
    found = Comparison(before.on)
    pairs = list(zip(before.targets, now.targets, strict=True))
    for old, new in pairs:
        found.targets[new.target.pk] = Moved.between(old, new)
        for then, today in zip(old.milestones, new.milestones, strict=True):
            found.steps[today.milestone.pk] = MovedStep.between(then, today)
    confirmed, reported, overdue = Counter(), Counter(), Counter()
    for old, new in pairs:
        if not new.target.by_patches:
            continue
        for village, then, today in zip(now.villages, old.villages, new.villages, strict=True):
            key = village.pk
            confirmed[key] += today.confirmed_count - then.confirmed_count
            reported[key] += today.reported_count - then.reported_count
            overdue[key] += today.owed.village - then.owed.village
    for village in now.villages:
        key = village.pk
        found.villages[key] = MovedCounts(confirmed[key], reported[key], overdue[key])
    parts = (
        ("上报", "state=reported", reported),
        ("核实", "state=confirmed", confirmed),
        (f"该{actors.village}里办的逾期", "state=overdue&actor=VILLAGE", overdue),
    )
    found.lines = [line_of(*part, now.villages) for part in parts]
    read = [
        (old, new)
        for old, new in pairs
        if not new.target.by_patches and not (now.scoped and new.is_elsewhere)
    ]
    found.readings = list(filter(None, (moved_reading(*pair) for pair in read)))
    found.still = len(read) - len(found.readings)
    return found


def moved_reading(before: TargetFigures, now: TargetFigures) -> MovedReading | None:
    """没有动的是 None；以前没有数、现在有了的是“首报”。"""
    target = now.target
    whole = moved_words(before.confirmed, now.confirmed, target.decimals)
    moved = []
    for then, today in zip(before.villages, now.villages, strict=True):
        words = moved_words(then.confirmed, today.confirmed, target.decimals)
        if words:
            change = abs(today.confirmed - (then.confirmed or 0))
            moved.append((change, today.village, words))
    if not whole and not moved:
        return None
    moved.sort(key=lambda row: -row[0])
    named = [(village, words) for _, village, words in moved[:MOST_NAMED]]
    unit = f" {target.unit}" if whole else ""
    return MovedReading(target, f"{whole}{unit}", named, len(moved) - len(named))


def moved_words(before: Decimal | None, now: Decimal | None, decimals: int) -> str:
    """“+12.50”“−3.00”“首报450.00”；没有动、没有数的是空。"""
    if now is None or now == before:
        return ""
    return f"首报{figure(now, decimals)}" if before is None else signed(now - before, decimals)


def line_of(words: str, asks: str, counts: Counter, villages: list[Village]) -> MovedLine:
    moved = [(village, counts[village.pk]) for village in villages if counts[village.pk]]
    moved.sort(key=lambda pair: -abs(pair[1]))
    named = moved[:MOST_NAMED]
    return MovedLine(words, asks, counts.total(), named, len(moved) - len(named))
