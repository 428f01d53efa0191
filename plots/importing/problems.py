"""哪里不对：表、行、列、填的是什么、怎么改。"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """row 是 0 表示说的是整张表；advice 是一句完整的话。"""

    sheet: str
    row: int
    column: str
    found: str
    advice: str

    @property
    def row_text(self):
        return f"第 {self.row} 行" if self.row else ""

    def __str__(self):
        place = f"“{self.sheet}”" if self.sheet else ""
        column = f"“{self.column}”" if self.column else ""
        where = f"{place}{self.row_text}{column}"
        return f"{where}：{self.advice}" if where else self.advice
