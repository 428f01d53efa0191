"""一张表怎么印在 A4 上：字不能小得看不清。一页宽放得下就一页，放不下的分成几页宽，认行的那几列每页重复。"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from openpyxl.utils.escape import unescape
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.pagebreak import Break

A4 = 9
MARGIN = 0.4  # 左右各空几英寸
ROOM = 140  # 横向的 A4 按原大放得下的列宽之和：工作簿的字（writing.BASE）的一个数字宽是 1
LONGEST_HEADER = 230  # 页眉连字号一共 255 个字


@dataclass(frozen=True)
class Paper:
    """印成几页宽、按百分之几；ends 是每页的最后一列（从 1 数）。"""

    scale: int
    ends: tuple[int, ...]

    @property
    def is_wide(self) -> bool:
        return len(self.ends) > 1


def fitted(widths: Sequence[float], starts: Sequence[int], repeated: int, least: int) -> Paper:
    """widths 是各列的宽；starts 是每组列从哪一列起（从 0 数），一组不拆开；repeated 是每页重复的列数。

    least 是最少按百分之几印：缩到它还放不下一页的，就按它印，排满一页再起一页。
    """
    scale = min(100, int(100 * ROOM / max(sum(widths), 1)))
    if scale >= least:
        return Paper(scale, (len(widths),))
    room, used, ends = ROOM * 100 / least, 0, []
    for first, after in pairwise([*starts, len(widths)]):
        group = sum(widths[first:after])
        if used and used + group > room:
            ends.append(first)
            used = sum(widths[:repeated])
        used += group
    return Paper(least, (*ends, len(widths)))


def on_a4(sheet: Any, paper: Paper) -> None:
    """A4 横向，页脚写页码。"""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_margins.left = sheet.page_margins.right = MARGIN
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    if paper.is_wide:
        sheet.page_setup.scale = paper.scale
        for end in paper.ends[:-1]:
            sheet.col_breaks.append(Break(id=end))
    else:
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True


class Lines(HeaderFooterItem):
    """分行的页眉：openpyxl 把换行写成 _x000a_，有的表格软件照着印出来。"""

    def __str__(self) -> str:
        return unescape(super().__str__())


def titled_pages(sheet: Any, title: str, notes: Sequence[str]) -> None:
    """几页宽的，标题和说明印在每页的页眉里：表里通栏的一格会被纸边切开。"""
    words = "\n".join([title, *notes])[:LONGEST_HEADER]
    first, _, rest = words.replace("&", "&&").partition("\n")
    sheet.HeaderFooter.oddHeader = Lines(center=_HeaderFooterPart(f"{first}\n&10 {rest}", size=14))
    sheet.page_margins.top = 0.7 + 0.2 * len(notes)
    sheet.page_margins.header = 0.3
