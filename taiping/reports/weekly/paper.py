"""一张逐行写的表：标题、两层表头、数据行、合计行，冻结、筛选和打印都设好。"""

from copy import copy
from datetime import date
from unicodedata import east_asian_width

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from taiping.ground.tables import print_landscape, put

EDGE = Side(style="thin", color="9AA69C")
GRID = Border(left=EDGE, right=EDGE, top=EDGE, bottom=EDGE)
HEAD_FILL, TOTAL_FILL = (
    PatternFill("solid", fgColor="E6F0E6"),
    PatternFill("solid", fgColor="F1F4EF"),
)


def face(**given):
    """宋体：各种表格软件里都有，数字和汉字一样齐。"""
    return Font(name="宋体", **given)


LOOKS = {
    "title": {
        "font": face(bold=True, size=18),
        "alignment": Alignment(horizontal="center", vertical="center"),
    },
    "note": {"font": face(size=10, color="5C6860"), "alignment": Alignment(vertical="center")},
    "right": {
        "font": face(size=10, color="5C6860"),
        "alignment": Alignment(horizontal="right", vertical="center"),
    },
    "lines": {"font": face(size=11), "alignment": Alignment(vertical="top", wrap_text=True)},
    "subtitle": {"font": face(bold=True, size=12), "alignment": Alignment(vertical="center")},
    "head": {
        "font": face(bold=True, size=10, color="1F2922"),
        "fill": HEAD_FILL,
        "border": GRID,
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    },
    "text": {
        "font": face(size=10),
        "border": GRID,
        "alignment": Alignment(vertical="center", wrap_text=True),
    },
    "late": {
        "font": face(size=10, bold=True, color="B3382C"),
        "border": GRID,
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    },
    "middle": {
        "font": face(size=10),
        "border": GRID,
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    },
    "number": {
        "font": face(size=10),
        "border": GRID,
        "alignment": Alignment(horizontal="right", vertical="center"),
    },
    "total": {
        "font": face(bold=True, size=10),
        "fill": TOTAL_FILL,
        "border": GRID,
        "alignment": Alignment(horizontal="right", vertical="center"),
    },
    "total_text": {
        "font": face(bold=True, size=10),
        "fill": TOTAL_FILL,
        "border": GRID,
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    },
}
WRAPPED = [look for look, style in LOOKS.items() if style["alignment"].wrap_text]
PERCENT, COUNT = "0.0%", "0"
DAY = "yyyy-mm-dd"
STYLES = "_taiping_styles"


def amount_format(decimals):
    return "0." + "0" * decimals if decimals else "0"


class Paper:
    """widths 是各列的宽度；先写标题和表头，再一行一行写。number 是已写到的行。

    larger 是字大几号：列多的表打印时缩得小，字要大一些才看得清。
    """

    def __init__(self, book, name, widths, larger=0):
        self.sheet = book.create_sheet(name)
        self.widths, self.width, self.number, self.larger = widths, len(widths), 0, larger
        # 一种样子只算一次：十万行时快一个数量级。
        self.styles = book.__dict__.setdefault(STYLES, {})
        print_landscape(self.sheet)  # A4 横向、一页宽；表的属性在第一行之前就写出去了，所以放在这里
        self.sheet.page_margins.top = self.sheet.page_margins.bottom = 0.7
        self.sheet.page_margins.footer = 0.3
        self.sheet.print_options.horizontalCentered = True
        for index, width in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(index)].width = width

    def tall(self, values, looks, least):
        """行高（磅）：会折行的格子都看得全；最高 409 磅，表格软件只认到这么高。"""
        size, lines = 10 + self.larger, 1
        for value, look, width in zip(values, looks, self.widths, strict=True):
            if isinstance(value, str) and value and look in WRAPPED:
                shown = (
                    sum(2 if east_asian_width(char) in "WF" else 1 for char in value) * size / 10
                )
                lines = max(lines, -(-shown // max(width - 1.5, 1)))
        return min(max(least, lines * size * 1.4 + 4), 409)

    @property
    def last(self):
        return get_column_letter(self.width)

    def row(self, values, looks="text", formats=None, height=None):
        """写一行。looks 是一种样子或每格一种；formats 是每格的数字格式（没有就按值的类型）。"""
        self.number += 1
        if height:
            self.sheet.row_dimensions[self.number].height = height
        looks = [looks] * len(values) if isinstance(looks, str) else looks
        formats = formats or [""] * len(values)
        self.sheet.append(
            [self._cell(*given) for given in zip(values, looks, formats, strict=True)]
        )
        return self.number

    def _cell(self, value, look, number_format):
        cell = put(WriteOnlyCell(self.sheet), value)
        if isinstance(value, date):
            number_format = number_format or DAY
        elif isinstance(value, str):
            # 长文字不设成文本格式：旧的表格软件会把它显示成一串 #。
            number_format = "@" if look in ("text", "middle") and len(value) < 250 else "General"
        key = look, number_format or "General", self.larger
        if key not in self.styles:
            cell._style = WriteOnlyCell(self.sheet)._style
            for name, style in LOOKS[look].items():
                if name == "font" and self.larger:
                    style = copy(style)
                    style.size += self.larger
                setattr(cell, name, style)
            cell.number_format = key[1]
            self.styles[key] = cell._style
        cell._style = self.styles[key]
        return cell

    def banner(self, text, look="title", height=30):
        """通栏的一行。"""
        number = self.row([text] + [None] * (self.width - 1), look, height=height)
        self.merge(number, 1, number, self.width)
        return number

    def ends(self, left, right, split, height=20):
        """左右各一段的一行：左边占 split 列。"""
        number = self.row(
            [left] + [None] * (split - 1) + [right] + [None] * (self.width - split - 1),
            ["note"] * split + ["right"] * (self.width - split),
            height=height,
        )
        self.merge(number, 1, number, split)
        self.merge(number, split + 1, number, self.width)

    def heads(self, groups, heights=(22, 30)):
        """两层表头：groups 是 [(上层, (下层, …))]，没有下层的上下合并。"""
        top, bottom, column = [], [], 1
        first = self.number + 1
        for title, subs in groups:
            top += [title] + [None] * (max(len(subs), 1) - 1)
            bottom += list(subs) or [None]
            if subs:
                self.merge(first, column, first, column + len(subs) - 1)
            else:
                self.merge(first, column, first + 1, column)
            column += max(len(subs), 1)
        self.row(top, "head", height=heights[0])
        self.row(bottom, "head", height=heights[1])
        return first

    def merge(self, top, left, bottom, right):
        if (top, left) != (bottom, right):
            self.sheet.merged_cells.add(
                f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
            )

    def freeze(self, column, row):
        """写第一行之前说好：这一列左边、这一行上面不动。"""
        self.sheet.freeze_panes = f"{get_column_letter(column)}{row}"

    def filter(self, head, last):
        if last > head:
            self.sheet.auto_filter.ref = f"A{head}:{self.last}{last}"

    def prints(self, first, last):
        """第 first 到 last 行在每页重复。"""
        self.sheet.print_title_rows = f"{first}:{last}"
