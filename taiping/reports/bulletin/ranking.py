"""各村名次：只看结果。先比核实占比（核实个数 ÷ 本村图斑个数），再比逾期个数；没有图斑的村不排。"""

from dataclasses import dataclass
from fractions import Fraction

from taiping.progress.rates import percent_of
from taiping.reports.bulletin.blocks import Table


@dataclass
class Ranked:
    village: object
    patches: int
    reported: int
    confirmed: int
    overdue: int
    place: int = 0

    @property
    def share(self):
        return Fraction(self.confirmed, self.patches)

    @property
    def share_text(self):
        return percent_of(self.confirmed, self.patches)


def ranked(progress):
    """→ (排好的 Ranked, 没有图斑的村)；占比和逾期都相同的名次相同。"""
    by_target = [figures for figures in progress.targets if figures.target.by_patches]
    rows, without = [], []
    for number, village in enumerate(progress.villages):
        cells = [figures.villages[number] for figures in by_target]
        patches = sum(cell.patch_count for cell in cells)
        if not patches:
            without.append(village)
            continue
        rows.append(
            Ranked(
                village,
                patches,
                sum(cell.reported_count for cell in cells),
                sum(cell.confirmed_count for cell in cells),
                sum(cell.overdue_count for cell in cells),
            )
        )
    rows.sort(key=lambda row: (-row.share, row.overdue, row.village.order))
    for number, row in enumerate(rows, start=1):
        before = rows[number - 2] if number > 1 else None
        same = before and (before.share, before.overdue) == (row.share, row.overdue)
        row.place = before.place if same else number
    return rows, without


def sentence(rows):
    """名次的一句话：最高的、最低的；都一样、都没有核实、都核实完的另说。"""
    if all(row.confirmed == row.patches for row in rows):
        return (
            "有图斑的村都已全部核实。"
            if len(rows) > 1
            else f"{rows[0].village.name}的图斑已全部核实。"
        )
    if not any(row.confirmed for row in rows):
        return "各村都还没有核实的图斑。"
    best, worst = rows[0], rows[-1]
    if best.share == worst.share:
        return (
            f"有图斑的村核实占比都是{best.share_text}。"
            if len(rows) > 1
            else (f"只有{best.village.name}有图斑，核实占比{best.share_text}。")
        )
    return f"核实占比最高的是{_named(rows, best)}，最低的是{_named(rows[::-1], worst)}。"


def _named(rows, row):
    names = [other.village.name for other in rows if other.share == row.share]
    shown = "、".join(names[:3]) + (f"等{len(names)}个村" if len(names) > 3 else "")
    return f"{shown}（{row.share_text}）"


def table(rows):
    sums = [
        sum(getattr(row, name) for row in rows)
        for name in ("patches", "reported", "confirmed", "overdue")
    ]
    return Table(
        "各村图斑整治进展（单位：个）",
        ["名次", "村（社区）", "图斑", "上报", "核实", "核实占比", "逾期"],
        [
            [
                str(row.place),
                row.village.name,
                str(row.patches),
                str(row.reported),
                str(row.confirmed),
                row.share_text,
                str(row.overdue),
            ]
            for row in rows
        ],
        [16, 36, 20, 20, 20, 24, 20],
        ["合计", "", *map(str, sums[:3]), percent_of(sums[2], sums[0]), str(sums[3])],
    )
