"""表里哪里不对：表、行、列、填的是什么、怎么改。"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """sheet 空是整个文件，row 是 0 是整张表，column 是表头；advice 是一句完整的话。"""

    sheet: str
    row: int
    column: str
    found: str
    advice: str

    @property
    def row_text(self) -> str:
        return f"第 {self.row} 行" if self.row else ""

    @property
    def where(self) -> str:
        sheet = f"“{self.sheet}”" if self.sheet else ""
        column = f"“{self.column}”" if self.column else ""
        return f"{sheet}{self.row_text}{column}"

    @property
    def note(self) -> str:
        """写在那一行后面“错误”列里的话。"""
        return f"“{self.column}”：{self.advice}" if self.column else self.advice

    def __str__(self) -> str:
        return f"{self.where}：{self.advice}" if self.where else self.advice
