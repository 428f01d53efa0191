"""Excel 里的样子：每种格子的字、底、线、对齐；给人填的表和给人看的表各一组。"""

import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from taiping.ground.area import GROUPED_FROM, figure

PERCENT, COUNT, DAY, TEXT_FORMAT = "0.0%", "0", "yyyy-mm-dd", "@"
AMOUNT = "数量"  # 小数位数跟着任务走：写一行的时候才知道是几位
COUNT_CHANGE = "+0;-0;0"  # 多了几个、少了几个
AMOUNTS = re.compile(r"0(\.0+)?")
# 这样开头的文字，不定成文本格式，会被当成公式、数或日期
TRICKY = re.compile(r"[=+\-@\d\s'#]")


def amount_format(decimals: int) -> str:
    return "0." + "0" * decimals if decimals else COUNT


def fitting(number_format: str, value: int | float | Decimal) -> str:
    """数量的格式照这个数定，和页面上写的一样：一万起三位一撇，有一点就不显示成 0.00；别的格式照旧。

    看着数定格式：写成带条件的一种格式，各家表格软件写负号的规矩不一样，有的会丢掉。
    """
    is_usual = not value or 0.01 <= abs(value) < GROUPED_FROM - 1
    if is_usual or not AMOUNTS.fullmatch(number_format):
        return number_format
    text = figure(Decimal(str(abs(value))), len(number_format.partition(".")[2]))
    zeros = amount_format(len(text.partition(".")[2]))
    return f"#,##{zeros}" if "," in text else zeros


def any_text(text: str) -> bool:
    return bool(text)


def short_text(text: str) -> bool:
    """长文字不设成文本格式：旧的表格软件会把它显示成一串 #。"""
    return len(text) < 250


def tricky_text(text: str) -> bool:
    return bool(TRICKY.match(text)) or len(text) >= 1000


def no_text(text: str) -> bool:
    return False


@dataclass(frozen=True, eq=False)
class Style:
    """一种格子。keeps 说哪些文字定成文本格式，打了数字进去也不变样。"""

    font: Font | None = None
    alignment: Alignment | None = None
    fill: PatternFill | None = None
    border: Border | None = None
    keeps: Callable[[str], bool] = any_text
    folds: bool = False  # 成句的话：写的时候就折好行

    @property
    def is_wrapped(self) -> bool:
        return bool(self.alignment and self.alignment.wrap_text)

    def dress(self, cell: Cell, number_format: str = "", font_step: int = 0) -> Cell:
        """给一格穿上这种样子；font_step 是字大几号。没有说的，还是表格软件自己的样子。"""
        for name in ("font", "alignment", "fill", "border"):
            if given := getattr(self, name):
                setattr(cell, name, given)
        if font_step:
            larger = copy(self.font)
            larger.size += font_step
            cell.font = larger
        if number_format:
            cell.number_format = number_format
        return cell


@cache
def indented(style: Style, depth: int) -> Style:
    """同样的样子，往里缩进几格。"""
    alignment = copy(style.alignment)
    alignment.horizontal, alignment.indent = "left", depth
    return replace(style, alignment=alignment)


def _box(color: str) -> Border:
    side = Side(style="thin", color=color)
    return Border(left=side, right=side, top=side, bottom=side)


def _fill(color: str) -> PatternFill:
    return PatternFill("solid", fgColor=color)


def _song(**given) -> Font:
    """宋体：各种表格软件里都有，数字和汉字一样齐。"""
    return Font(name="宋体", **given)


def _plain(**given) -> Font:
    """和工作簿的字（writing.BASE）一样。"""
    return Font(name="Arial", **{"size": 10, **given})


CENTER = Alignment(horizontal="center", vertical="center")
WRAPPED_CENTER = Alignment(horizontal="center", vertical="center", wrap_text=True)
WRAPPED = Alignment(vertical="center", wrap_text=True)
WRAPPED_TOP = Alignment(vertical="top", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")
MIDDLE_LINE = Alignment(vertical="center")
LEFT = Alignment(horizontal="left", vertical="top")
GREY, RED = "5C6860", "B3382C"

# 给人填的表、台账、错误标注
LINE = _box("DDE4DD")
FORM_TITLE = Style(_plain(bold=True, size=16), CENTER)
_hint = _plain(italic=True, color=GREY, size=10)
FORM_UNIT = Style(_hint, Alignment(horizontal="right"))
FORM_CONDITION = Style(_plain(), WRAPPED_CENTER, keeps=no_text)
_white = _plain(bold=True, color="FFFFFF")
REQUIRED = Style(_white, WRAPPED_CENTER, _fill("1F4A2B"), LINE)
OPTIONAL = Style(_white, WRAPPED_CENTER, _fill("2F6B3F"), LINE)
HINT = Style(_hint, WRAPPED_TOP, _fill("F1F4EF"), LINE)
EXAMPLE = Style(_hint, WRAPPED_TOP, _fill("FBF3E0"), LINE, keeps=short_text)
FIELD = Style(alignment=WRAPPED_TOP, border=LINE)
BLANK = Style(border=LINE)
SUM = Style(_plain(bold=True), border=LINE)
PLAIN = Style(keeps=tricky_text)
LISTED = Style(alignment=WRAPPED, keeps=tricky_text)
AS_GIVEN = Style()
BOLD = Style(_plain(bold=True))
ERROR_FONT, ERROR_FILL = _plain(color=RED), _fill("FBECEA")
ERROR = Style(ERROR_FONT, WRAPPED_TOP, ERROR_FILL)
WRONG = Style(fill=ERROR_FILL)

# 给人看、打印的表
GRID = _box("9AA69C")
TOTAL_FILL = _fill("F1F4EF")
TITLE = Style(_song(bold=True, size=18), CENTER, keeps=no_text)
NOTE = Style(_song(size=10, color=GREY), MIDDLE_LINE, keeps=no_text)
NOTE_RIGHT = Style(_song(size=10, color=GREY), RIGHT, keeps=no_text)
LINES = Style(_song(size=11), WRAPPED_TOP, keeps=no_text)
SIGNING = Style(_song(bold=True, size=12), MIDDLE_LINE, keeps=no_text)
HEAD = Style(
    _song(bold=True, size=10, color="1F2922"), WRAPPED_CENTER, _fill("E6F0E6"), GRID, no_text
)
TEXT = Style(_song(size=10), WRAPPED, border=GRID, keeps=short_text)
PROSE = Style(
    TEXT.font,
    Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1),
    border=GRID,
    keeps=short_text,
    folds=True,
)
MIDDLE = Style(_song(size=10), WRAPPED_CENTER, border=GRID, keeps=short_text)
NUMBER = Style(_song(size=10), RIGHT, border=GRID, keeps=no_text)
LATE = Style(_song(size=10, bold=True, color=RED), WRAPPED_CENTER, border=GRID, keeps=no_text)
TOTAL = Style(_song(bold=True, size=10), RIGHT, TOTAL_FILL, GRID, no_text)
TOTAL_TEXT = Style(_song(bold=True, size=10), WRAPPED_CENTER, TOTAL_FILL, GRID, no_text)
