"""各村名次。先比核实占比（核实个数 ÷ 本村图斑个数），再比该村里办的逾期个数；没有图斑的村不排。"""

from dataclasses import dataclass
from fractions import Fraction

from taiping.ground.actors import actors
from taiping.progress.figures import Progress
from taiping.progress.rates import percent_of
from taiping.reports.bulletin.blocks import Table
from villages.models import Village

LISTED = 3  # 一句话里最多点名几个村


@dataclass
class Ranked:
    village: Village
    patches: int
    reported: int
    confirmed: int
    overdue: int
    place: int = 0

    @property
    def share(self) -> Fraction:
        return Fraction(self.confirmed, self.patches)

    @property
    def share_text(self) -> str:
        return percent_of(self.confirmed, self.patches)

    @property
    def counts(self) -> tuple[int, int, int, int]:
        return self.patches, self.reported, self.confirmed, self.overdue


def ranked(progress: Progress) -> tuple[list[Ranked], list[Village]]:
    """→ (排好的, 没有图斑的村)；占比和逾期都相同的名次相同。"""
    by_target = [figures for figures in progress.targets if figures.target.by_patches]
    rows, without = [], []
    for number, village in enumerate(progress.villages):
        row = _row(village, [figures.villages[number] for figures in by_target])
        if row.patches:
            rows.append(row)
        else:
            without.append(village)
    rows.sort(key=lambda row: (-row.share, row.overdue, row.village.order))
    before = None
    for number, row in enumerate(rows, start=1):
        same = before and (before.share, before.overdue) == (row.share, row.overdue)
        row.place = before.place if same else number
        before = row
    return rows, without


def _row(village, cells):
    return Ranked(
        village,
        sum(cell.patch_count for cell in cells),
        sum(cell.reported_count for cell in cells),
        sum(cell.confirmed_count for cell in cells),
        sum(cell.owed.village for cell in cells),
    )


def sentence(rows: list[Ranked]) -> str:
    """名次的一句话：最高的、最低的；都一样、都没有核实、都核实完的另说。"""
    best, worst = rows[0], rows[-1]
    single = len(rows) == 1
    if all(row.confirmed == row.patches for row in rows):
        return f"{best.village.name}的图斑已全部核实。" if single else "有图斑的村都已全部核实。"
    if not any(row.confirmed for row in rows):
        return "各村都还没有核实的图斑。"
    if single:
        return f"只有{best.village.name}有图斑，核实占比{best.share_text}。"
    if best.share == worst.share:
        return f"有图斑的村核实占比都是{best.share_text}。"
    lowest = sorted(rows, key=lambda row: -row.overdue)  # 逾期多的先点名，一样多的照方案的先后
    return f"核实占比最高的是{_named(rows, best)}，最低的是{_named(lowest, worst)}。"


def _named(rows, row):
    alike = [other for other in rows if other.share == row.share]
    names = [other.village.name for other in alike]
    more = f"等{len(names)}个村" if len(names) > LISTED else ""
    return f"{'、'.join(names[:LISTED])}{more}（{row.share_text}）"


def table(rows: list[Ranked]) -> Table:
    title = "（单位：个）"
    head = ["名次", "村", "图斑", "上报", "核实", "核实占比", f"{actors.village}该办的逾期"]
    lines = [_line(str(row.place), row.village.name, row.counts) for row in rows]
    sums = [sum(each) for each in zip(*(row.counts for row in rows), strict=True)]
    return Table(title, head, lines, [16, 36, 20, 20, 20, 24, 20], _line("合计", "", sums))


def _line(place, name, counts):
    patches, reported, confirmed, overdue = counts
    share = percent_of(confirmed, patches)
    return [place, name, str(patches), str(reported), str(confirmed), share, str(overdue)]
