"""靠监测的任务有几项逾期、几项截止已过还没有报数、几项快到截止；各页的数字块、总览的一句话看的是同一份。"""

from dataclasses import dataclass

from taiping.progress.figures import Progress, TargetFigures, items, state_of
from taiping.progress.states import MilestoneState


@dataclass(frozen=True)
class ReadingCounts:
    overdue: list[TargetFigures]
    silent: list[TargetFigures]  # 截止已过，还没有报数：不算逾期，要另外说
    soon_7: list[TargetFigures]
    soon_15: list[TargetFigures]
    unheard: list[TargetFigures]  # silent 里，按“还没有数据”数过的；别的在逾期、正常的里面数过

    @property
    def silence(self) -> str:
        """“其中1项截止已过、还没有报数”，不是前面数的“还没有数据”的说“另有”；没有是空文字。"""
        known = {figures.target.pk for figures in self.unheard}
        rest = [figures for figures in self.silent if figures.target.pk not in known]
        pairs = (("其中", items(self.unheard)), ("另有", items(rest)))
        found = "、".join(f"{word}{number}项" for word, number in pairs if number)
        return f"{found}截止已过、还没有报数" if found else ""

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
    without_data = {
        figures.target.pk
        for family in progress.families
        if state_of(family) == MilestoneState.NO_DATA
        for figures in family
    }
    return ReadingCounts(
        [figures for figures in read if figures.state == MilestoneState.OVERDUE],
        [figures for figures in read if figures.silent],
        [figures for figures in read if is_due_within(figures, 7)],
        [figures for figures in read if is_due_within(figures, 15)],
        [figures for figures in read if figures.silent and figures.target.pk in without_data],
    )


def is_due_within(figures: TargetFigures, days: int) -> bool:
    """有一步在 days 天内（含当天）截止、还没有完成。"""
    return any(0 <= row.days_left <= days and not row.state.is_done for row in figures.milestones)
