"""和早些时候比：每项任务、每个村动了多少。"""

from dataclasses import dataclass
from decimal import Decimal

from taiping.progress.figures import Progress, TargetFigures, VillageFigures


@dataclass
class Moved:
    """和早些时候比，一项任务动了多少；面积单位亩，逾期是现在减以前（负数是好事）。confirmed 有一头没有监测数是 None。"""

    confirmed: Decimal | None
    confirmed_count: int
    reported: Decimal
    reported_count: int
    overdue: int

    @classmethod
    def between(
        cls, before: TargetFigures | VillageFigures, now: TargetFigures | VillageFigures
    ) -> "Moved":
        return cls(
            None if None in (now.confirmed, before.confirmed) else now.confirmed - before.confirmed,
            now.confirmed_count - before.confirmed_count,
            (now.reported or 0) - (before.reported or 0),
            now.reported_count - before.reported_count,
            now.overdue_count - before.overdue_count,
        )

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


def compared(before: Progress, now: Progress) -> tuple[list[tuple], list[tuple]]:
    """(任务行, 村行)：每项任务、每个村从 before 到 now 动了多少；两份 Progress 的任务和村相同。

    村的逾期只数该村里办的。
    """
    targets = [
        (new, Moved.between(old, new)) for old, new in zip(before.targets, now.targets, strict=True)
    ]
    villages = []
    for place, village in enumerate(now.villages):
        parts, owed = [], 0
        for old, new in zip(before.targets, now.targets, strict=True):
            if new.target.by_patches:
                parts.append(Moved.between(old.villages[place], new.villages[place]))
                owed += new.villages[place].owed.village - old.villages[place].owed.village
        villages.append(
            (
                village,
                sum(part.confirmed_count for part in parts),
                sum(part.reported_count for part in parts),
                owed,
            )
        )
    villages.sort(key=lambda row: (-row[3], row[2], row[0].order))
    return targets, villages
