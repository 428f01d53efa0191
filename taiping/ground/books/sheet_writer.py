"""写一张表：标题、表头、数据行、合计，列宽、冻结、筛选、下拉和打印都设好。"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import starmap, zip_longest
from math import ceil

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from taiping.ground.books import styles
from taiping.ground.books.column import Column
from taiping.ground.books.folding import folded, text_width
from taiping.ground.books.printing import fitted, on_a4, titled_pages
from taiping.ground.books.streaming import StreamedSheet
from taiping.ground.books.styles import AMOUNT, DAY, TEXT_FORMAT, Style, amount_format, fitting
from taiping.ground.books.writing import fill, safe_value

TALLEST = 409  # 磅；表格软件只认到这么高
EVEN_LINES = 2  # 一样高的几行，最高到两行字
INDENTED = 4  # 成句的话两边一共空几个半角
PLAIN_WIDTH, PLAIN_SIZE = 9, 10  # 没有说的列宽和字号
NOTE_SIZE = {"width": 260, "height": 120}


class SheetWriter:
    """一张从上往下写的表。逐行写出的工作簿里，列宽和冻结要在第一行之前定好，所以一开始就给全。

    number 是已写到的行，head_row 是表头（最下一层）在哪一行。font_step 是字大几号。
    row_height（磅）给了的，数据行按会折行的字算高，最矮这么高。
    least_size（磅）是印出来最小的字：一页宽放不下的分成几页宽，前 repeated 列每页都有。
    """

    def __init__(
        self,
        book: Workbook,
        name: str,
        columns: Sequence[Column],
        *,
        freeze: str | None = None,
        font_step: int = 0,
        row_height: float = 0,
        least_size: float = 0,
        repeated: int = 0,
    ):
        self.is_streamed = book.write_only
        self.sheet = StreamedSheet(book, name) if self.is_streamed else book.create_sheet(name)
        self.columns = [column.settled for column in columns]
        self.font_step, self.least_height = font_step, row_height
        self.number = self.head_row = 0
        self.style_ids: dict[tuple[Style, str], int] = {}
        self.formats: dict[int, list[str]] = {}
        self.looks = [column.style for column in columns]
        self.folding = [index for index, style in enumerate(self.looks) if style.folds]
        for index, column in enumerate(columns, start=1):
            if column.width:
                self.sheet.column_dimensions[get_column_letter(index)].width = column.width
        self.sheet.freeze_panes = freeze
        self.repeated, self.head_top, self.said = repeated, 0, []
        self.paper = self._paper(least_size)
        on_a4(self.sheet, self.paper)

    @property
    def width(self) -> int:
        return len(self.columns)

    def _paper(self, least_size):
        widths = [column.width or PLAIN_WIDTH for column in self.columns]
        sizes = [look.font.size for look in self.looks if look.font and look.font.size]
        smallest = min(sizes, default=PLAIN_SIZE) + self.font_step
        return fitted(
            widths, self._group_starts(), self.repeated, ceil(least_size * 100 / smallest)
        )

    def _group_starts(self) -> list[int]:
        """每组列从哪一列起（从 0 数）：两层表头里并在一起的是一组。"""
        starts = [0]
        for index in range(1, self.width):
            if not self.columns[index].continues(self.columns[index - 1]):
                starts.append(index)
        return starts

    def line(
        self,
        values: Sequence,
        looks: Style | Sequence[Style],
        formats: Sequence[str] | None = None,
        height: float | None = None,
        notes: Sequence[Comment | None] = (),
    ) -> int:
        """写一行，返回行号。looks 是一种样子或每格一种；formats 是每格的数字格式（没有就按值的类型）；notes 是批注。"""
        self.number += 1
        if isinstance(looks, Style):
            looks = [looks] * len(values)
        given = zip(values, looks, formats or [""] * len(values), strict=True)
        filled = starmap(_filled, given)
        if self.is_streamed:
            cells = [(self._style_id(*look), value) for *look, value in filled]
            self.sheet.append_row(self.number, cells, height, notes)
        else:
            if height:
                self.sheet.row_dimensions[self.number].height = height
            self.sheet.append(
                [self._cell(*cell, note) for cell, note in zip_longest(filled, notes)]
            )
        return self.number

    def _style_id(self, style: Style, number_format: str) -> int:
        """这种样子在工作簿里的编号：一种只算一次。"""
        key = style, number_format
        if key not in self.style_ids:
            self.style_ids[key] = self._cell(*key, None).style_id
        return self.style_ids[key]

    def _cell(self, style, number_format, value, note=None) -> Cell:
        cell = style.dress(WriteOnlyCell(self.sheet), number_format, self.font_step)
        fill(cell, value)
        cell.comment = note
        return cell

    def row(
        self,
        values: Sequence,
        *,
        decimals: int = 2,
        late: Iterable[str] = (),
        height: float | None = None,
        depth: int = 0,
    ) -> int:
        """一行数据，样子和格式照各列的；decimals 是 AMOUNT 那些列的小数位，late 是要标红的列（表头）。

        depth 是第几层：nests 的列缩进几格。
        """
        looks, values = self.looks, self._told(values)
        if late:
            looks = [
                styles.LATE if column.header in late else column.style for column in self.columns
            ]
        if depth:
            pairs = zip(self.columns, looks, strict=True)
            looks = [styles.indented(look, depth) if at.nests else look for at, look in pairs]
        if self.least_height and not height:
            height = self.height_of(values, looks)
        return self.line(values, looks, self._formats(decimals), height)

    def total(
        self,
        values: Sequence,
        *,
        decimals: int = 2,
        formats: Mapping[int, str] | None = None,
        height: float | None = None,
    ) -> int:
        """一行合计：数靠右，别的居中。formats 是和那一列不同的数字格式：{第几列（从 0 数）: 格式}。"""
        looks = [
            styles.TOTAL if column.style is styles.NUMBER else styles.TOTAL_TEXT
            for column in self.columns
        ]
        height = height or self.height_of(values, looks)
        number_formats = self._formats(decimals).copy()
        for index, number_format in (formats or {}).items():
            number_formats[index] = number_format
        return self.line(values, looks, number_formats, height)

    def _formats(self, decimals: int) -> list[str]:
        if decimals not in self.formats:
            amount = amount_format(decimals)
            given = [column.number_format for column in self.columns]
            self.formats[decimals] = [amount if each == AMOUNT else each for each in given]
        return self.formats[decimals]

    def height_of(self, values: Sequence, looks: Sequence[Style] | None = None) -> float:
        """行高（磅）：会折行的格子都看得全。"""
        size, most = 10 + self.font_step, 1
        for value, style, column in zip(values, looks or self.looks, self.columns, strict=True):
            if isinstance(value, str) and value and style.is_wrapped:
                room = max(column.width - 1.5, 1)
                if len(value) * size / 5 <= room and "\n" not in value:  # 全是汉字也写得下
                    continue
                lines = [text_width(line) * size / 10 // -room for line in value.split("\n")]
                most = max(most, -sum(line or -1 for line in lines))
        return min(max(self.least_height, most * size * 1.4 + 4), TALLEST)

    def _told(self, values: Sequence) -> list:
        """成句的话先折好行。"""
        told = list(values)
        for index in self.folding:
            if isinstance(told[index], str):
                told[index] = folded(told[index], self.columns[index].width - INDENTED)
        return told

    def even_rows(self, rows: Iterable[tuple[Sequence, Mapping]]) -> None:
        """几行一样高，照其中最高的；rows 是 [(各格的值, row 的别的参数)]。个别特别高的自己高。"""
        rows = [(self._told(values), given) for values, given in rows]
        heights = [self.height_of(values) for values, _ in rows]
        size = 10 + self.font_step
        even = max((each for each in heights if each <= EVEN_LINES * size * 1.4 + 4), default=0)
        for (values, given), height in zip(rows, heights, strict=True):
            self.row(values, height=max(even, height), **given)

    def banner(self, text: str, style: Style = styles.TITLE, height: float = 30) -> None:
        """通栏的一行；印成几页宽的，只通到第一页的边。"""
        number = self.line([text], style, height=height)
        self.merge(number, 1, number, max(self.paper.ends[0], 2))
        if not self.head_top:
            self.said.append(text)

    def sides(self, left: str, right: str, split: int, height: float = 20) -> None:
        """左右各一段的一行：左边占 split 列。"""
        blank = [None] * (split - 1)
        number = self.line(
            [left, *blank, right], [styles.NOTE] * split + [styles.NOTE_RIGHT], height=height
        )
        self.merge(number, 1, number, split)
        self.merge(number, split + 1, number, self.paper.ends[0])
        self.said.append(f"{left}　　{right}")

    def form_head(self, height: float | None = None) -> None:
        """给人填的表头：必填的颜色深；说明是批注。"""
        looks, notes = [], []
        for column in self.columns:
            looks.append(styles.REQUIRED if column.required else styles.OPTIONAL)
            notes.append(Comment(column.note, "系统", **NOTE_SIZE) if column.note else None)
        headers = [column.header for column in self.columns]
        self.head_row = self.head_top = self.line(headers, looks, height=height, notes=notes)

    def head(self, *heights: float) -> None:
        """给人看的表头：给两个高度（磅）就是两层，没有上层的上下合并。"""
        is_double = len(heights) > 1
        if is_double:
            self._groups(heights[0])
        below = []
        for column in self.columns:
            is_merged = is_double and not column.group
            below.append(None if is_merged else column.header)
        self.head_row = self.line(below, styles.HEAD, height=heights[-1])
        self.head_top = self.head_top or self.head_row

    def _groups(self, height):
        """表头的上层。"""
        texts, starts = [None] * self.width, self._group_starts()
        for start in starts:
            texts[start] = self.columns[start].group or self.columns[start].header
            if self.columns[start].group:
                height = max(height, self._group_height(start))
        number = self.head_top = self.line(texts, styles.HEAD, height=height)
        for start, after in zip(starts, [*starts[1:], self.width], strict=True):
            bottom = number if self.columns[start].group else number + 1
            self.merge(number, start + 1, bottom, after)

    def _group_height(self, start: int) -> float:
        """上层的字折几行才写得下。"""
        group = self.columns[start]
        width = group.width
        for column in self.columns[start + 1 :]:
            if not column.continues(group):
                break
            width += column.width
        return -(text_width(group.group) // -(width - 1.5)) * (10 + self.font_step) * 1.4 + 4

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            last = f"{get_column_letter(right)}{bottom}"
            self.sheet.merged_cells.add(f"{get_column_letter(left)}{top}:{last}")

    def filter(self) -> None:
        """从表头筛选到眼下这一行；还没有数据就不设。"""
        if self.number > self.head_row:
            last = get_column_letter(self.width)
            self.sheet.auto_filter.ref = f"A{self.head_row}:{last}{self.number}"

    def repeat(self, first: int, last: int) -> None:
        """第 first 到 last 行在每页重复；数据都写完了再说。几页宽的，标题改印在页眉里，表头以下才印在纸上。"""
        if self.paper.is_wide:
            first = self.head_top
            self.sheet.print_title_cols = f"A:{get_column_letter(self.repeated)}"
            self.sheet.print_area = f"A{first}:{get_column_letter(self.width)}{self.number}"
            title, *notes = self.said or [self.sheet.title]
            titled_pages(self.sheet, title, notes)
        self.sheet.print_title_rows = f"{first}:{last}"

    def dropdown(self, header: str, formula: str, first: int, last: int, error: str) -> None:
        """这一列 first 到 last 行从 formula（几个值，或另一张表的一段）里选。"""
        index = [column.header for column in self.columns].index(header) + 1
        rule = DataValidation(type="list", formula1=formula, allow_blank=True)
        rule.errorTitle, rule.error = header, error
        rule.add(f"{get_column_letter(index)}{first}:{get_column_letter(index)}{last}")
        self.sheet.data_validations.append(rule)


def _filled(value, style, number_format):
    """一格 → (样子, 数字格式, 写得进去的值)。"""
    if value is not None:
        value = safe_value(value)
    if isinstance(value, str):
        return style, TEXT_FORMAT if style.keeps(value) else "", value or None
    if isinstance(value, date):
        return style, number_format or DAY, value
    if number_format and value is not None:
        return style, fitting(number_format, value), value
    return style, number_format, value
