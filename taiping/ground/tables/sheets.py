"""读到的一张张表，和读不了时的一句话。"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from taiping.ground.tables.cells import clean_text

MAX_ROWS = 200_000
MAX_COLUMNS = 702  # 到 ZZ 列
ERRORS = re.compile(
    r"#(?:REF!|VALUE!|DIV/0!|N/A|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!"
    r"|GETTING_DATA|UNKNOWN!)"
)
EMPTY = "这个表格是空的，没有读到任何内容。请检查是不是存错了文件。"

Place = tuple[int, int]  # (行号, 第几列（从 0 起）)


class TableError(Exception):
    """这个文件不能当表格读；说明是给人看的一句话。"""


class TooHeavy(TableError):
    """读到限度还没有读完：再读一次还是一样，不要再试。"""


@dataclass
class Sheet:
    """一张表：名字，和 (行号, [各列的值]) 的列表；行号从 1 起，和表格软件里的一样，空行不在内。

    merges 是上下合并的单元格：(第一行, 最后一行, 第几列)，列从 0 起；值只在第一行那一格里。
    looks 是看上去和值不一样的格子：值是 123，数字格式让它看上去是 000123。
    faults 是算不出值的格子：公式错误、没有算过的公式，各一句话；值是看得见的字。
    hidden_rows、hidden_columns、hidden_cells、is_hidden 是在表格软件里看不见的行、列、格子、整张表；值照样在 rows 里。
    notes 是读的时候要说的话。
    """

    name: str
    rows: list[tuple[int, list]] = field(default_factory=list)
    merges: list[tuple[int, int, int]] = field(default_factory=list)
    looks: dict[Place, str] = field(default_factory=dict)
    faults: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden_cells: set[Place] = field(default_factory=set)
    is_hidden: bool = False
    notes: list[str] = field(default_factory=list)


def column_letter(index: int) -> str:
    """第几列（从 0 起）→ 列标：0 → A，26 → AA。"""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def tidy(value: Any) -> Any:
    """读到的值：文字去掉首尾空白，空的是 None，零点整的时刻是日期，整数不带 .0。"""
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value
    if isinstance(value, (bool, date, int)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return None if value is None else str(value)


def error_in(value: Any) -> str:
    """格子里是公式错误的那句话；不是的是空文字。"""
    if isinstance(value, str) and value.startswith("#") and ERRORS.fullmatch(value):
        return f"这一格是公式错误 {value}。请在表格软件里改好公式，或填上正确的内容，再传。"
    return ""


def refuse_many(number: int, values: list) -> None:
    """一张表的行、列到了限度抛 TableError。"""
    if number > MAX_ROWS:
        raise TableError(f"第 {number} 行还有内容，一张表最多 {MAX_ROWS} 行。请拆成几个文件。")
    if len(values) > MAX_COLUMNS:
        raise TableError(
            f"第 {number} 行有 {len(values)} 列，最多 {MAX_COLUMNS} 列。"
            "请核对分列用的符号，或删掉用不到的列。"
        )
