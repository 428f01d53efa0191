"""靠监测的任务有几项逾期、几项截止已过还没有报数、几项快到截止；各页的数字块、总览的一句话看的是同一份。"""

from dataclasses import dataclass

from taiping.progress.figures import Progress, TargetFigures, items
from taiping.progress.states import MilestoneState


@dataclass(frozen=True)
class ReadingCounts:
    overdue: list[TargetFigures]
    silent: list[TargetFigures]  # 截止已过，还没有报数：不算逾期，要另外说
    soon_7: list[TargetFigures]
    soon_15: list[TargetFigures]

    @property
    def tiles(self) -> list[tuple[int, str, str]]:
        """[(几项, 说法, 颜色)]；一项和它的“其中”算一项。"""
        return [
            (items(self.overdue), "逾期", "late"),
            (items(self.silent), "截止已过，还没有报数", "risk"),
            (items(self.soon_7), "7天内截止", "risk"),
            (items(self.soon_15), "15天内截止", ""),
        ]


def reading_counts(progress: Progress) -> ReadingCounts:
    """只看几个村时，和它们无关的任务不数。"""
    read = [
        figures
        for figures in progress.targets
        if not figures.target.by_patches and not (progress.scoped and figures.is_elsewhere)
    ]
    return ReadingCounts(
        [figures for figures in read if figures.state == MilestoneState.OVERDUE],
        [figures for figures in read if figures.silent],
        [figures for figures in read if is_due_within(figures, 7)],
        [figures for figures in read if is_due_within(figures, 15)],
    )


def is_due_within(figures: TargetFigures, days: int) -> bool:
    """有一步在 days 天内（含当天）截止、还没有完成。"""
    return any(0 <= row.days_left <= days and not row.state.is_done for row in figures.milestones)
