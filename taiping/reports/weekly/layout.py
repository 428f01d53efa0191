"""周报各张表共用的：标题行和单位行，打印，哪些状态标红，本周动了多少。"""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from openpyxl import Workbook

from taiping.ground.area import rounded
from taiping.ground.books import Column, SheetWriter, styles
from taiping.ground.dates import long_date
from taiping.progress.figures import TargetFigures
from taiping.progress.snapshot import Snapshot
from taiping.progress.states import MilestoneState
from tasks.models import Target

ROW_HEIGHT, LIST_HEIGHT = 22, 20  # 磅：一行最矮多高；逐块列的图斑多，矮一点
LEAST_SIZE = 9  # 磅：印出来最小的字
DAYS = '"还有"0"天";"逾期"0"天";"今天截止"'
UNDATED = "方案没定截止日期，按方案结束日期判断"
NO_DATA = "—"
NEW, CHANGE = "本周新增", "较上周"


def text(header: str, width: float, **given) -> Column:
    return Column(header, width, style=styles.TEXT, **given)


def prose(header: str, width: float, **given) -> Column:
    """成句的话：逗号不落在行首。"""
    return Column(header, width, style=styles.PROSE, **given)


def middle(header: str, width: float, **given) -> Column:
    return Column(header, width, style=styles.MIDDLE, **given)


def amount(header: str, width: float, group: str = "") -> Column:
    """面积或别的数量，小数位数跟着任务走。"""
    return number(header, width, styles.AMOUNT, group)


def count(header: str, width: float, group: str = "") -> Column:
    return number(header, width, styles.COUNT, group)


def change(header: str, width: float) -> Column:
    """较上周多了几个、少了几个。"""
    return number(header, width, styles.COUNT_CHANGE, CHANGE)


def rate(header: str, width: float, group: str = "") -> Column:
    return number(header, width, styles.PERCENT, group)


def number(header: str, width: float, number_format: str, group: str = "", **given) -> Column:
    return Column(
        header, width, number_format=number_format, style=styles.NUMBER, group=group, **given
    )


def heading(shot: Snapshot) -> str:
    demo = "（含演示数据）" if shot.has_demo else ""
    return f"{settings.TOWN_NAME}{shot.plan.year}年{shot.plan.subject}工作周报{demo}"


def opened(book: Workbook, name: str, columns: list[Column], **given) -> SheetWriter:
    """一张周报的表：打印时居中，页脚离得近些；字不小于 LEAST_SIZE。"""
    given = {"row_height": ROW_HEIGHT, "least_size": LEAST_SIZE, **given}
    sheet = SheetWriter(book, name, columns, **given)
    margins = sheet.sheet.page_margins
    margins.top = margins.bottom = 0.7
    margins.footer = 0.3
    sheet.sheet.print_options.horizontalCentered = True
    return sheet


def put_title(sheet: SheetWriter, shot: Snapshot, name: str, unit: str, split: int) -> None:
    """标题行和单位行：每张表都写清截止日期和口径；截止日期占左边 split 列。"""
    sheet.banner(f"{heading(shot)} {name}")
    sheet.sides(f"截至{long_date(shot.on)}，{shot.basis_text}", f"单位：{unit}", split)


def put_note(sheet: SheetWriter, words: str) -> None:
    """表下面的一句；前两列每页都有，不写在那里。"""
    values = [None, None, words, *[None] * (sheet.width - 3)]
    number = sheet.line(values, styles.NOTE, height=ROW_HEIGHT)
    sheet.merge(number, 3, number, max(sheet.paper.ends[0], 3))


def units(targets: list[TargetFigures]) -> str:
    return "、".join(dict.fromkeys([*(figures.target.unit for figures in targets), "个"]))


def listed(target: Target) -> str:
    """名称，不是亩的写上单位；“其中”另外缩进。"""
    unit = "" if target.unit == "亩" else f"（{target.unit}）"
    return target.part_name + unit


def signing(sheet: SheetWriter, shot: Snapshot, places: Sequence[tuple[int, int]]) -> None:
    """签字的一行：填报人、审核人、截止日期、取数时间各占哪几列；第一列每页都有，不写在那里。"""
    sheet.line([None] * sheet.width, styles.NOTE)
    said = (
        "填报人：",
        "审核人：",
        f"截止日期：{long_date(shot.on)}",
        f"取数时间：{shot.taken_at:%Y-%m-%d %H:%M}",
    )
    values = [None] * sheet.width
    for (left, _), words in zip(places, said, strict=False):
        values[left - 1] = words
    number = sheet.line(values, styles.SIGNING, height=26)
    for left, right in places:
        sheet.merge(number, left, number, right)


def has_patches(shot: Snapshot) -> bool:
    """有没有靠图斑的任务；什么都还没有的方案当作有，照样出各张表。"""
    if not shot.progress.targets:
        return not shot.duties
    return shot.progress.by_patches


def late_states(state: MilestoneState) -> set[str]:
    """要标红的列：逾期和预警的标“状态”。"""
    return {"状态"} if state in (MilestoneState.OVERDUE, MilestoneState.AT_RISK) else set()


def moved_amount(amount: Decimal | None, decimals: int) -> Decimal | str:
    """本周新增的一格；有一头没有数的比不出来，是 NO_DATA。"""
    return NO_DATA if amount is None else rounded(amount, decimals)
