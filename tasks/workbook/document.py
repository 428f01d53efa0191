"""读进来的方案：一行行没有解释过的格子，各自记得从文件的哪里来；以及找到的问题。"""

from dataclasses import dataclass, field

from taiping.ground.tables import shown
from tasks.models import Membership
from tasks.workbook.columns import BY_KIND

POSITION_LABELS = dict(Membership.Position.choices)


@dataclass
class Row:
    """文件里的一行（JSON 里是一条）。cells：字段 → 原来的值；columns：字段 → 怎么称呼那一列；
    numbers：一行拆成几行写时，字段 → 行号；bad：已经报过错的字段，后面的规则不再看。"""

    kind: str
    cells: dict
    sheet: str
    number: int | None
    columns: dict
    unit: str = "行"
    numbers: dict = field(default_factory=dict)
    bad: set = field(default_factory=set)

    @property
    def place(self):
        return f"第 {self.number} {self.unit}"


@dataclass(frozen=True)
class Problem:
    """一个问题：在哪里、找到什么、怎么改。level：ERROR 不改不能导入，WARNING 只是提醒，
    KEEP 是只有保留文件里没有的行时才算的错（删掉那些行就没有了）。"""

    sheet: str
    number: int | None
    column: str
    found: str
    advice: str
    level: str = "ERROR"
    unit: str = "行"

    def __str__(self):
        where = f"“{self.sheet}”" if self.sheet else "文件"
        if self.number:
            where += f"第 {self.number} {self.unit}"
        return f"{where} {self.column}：{self.advice}" if self.column else f"{where}：{self.advice}"

    @property
    def row_text(self):
        return f"第 {self.number} {self.unit}" if self.number else ""


@dataclass
class Document:
    """一个文件读出来的全部：rows 按类分，kinds 是文件里有的类，positions 是写了成员的职务列。"""

    rows: dict = field(default_factory=dict)
    kinds: set = field(default_factory=set)
    positions: set = field(default_factory=set)
    problems: list = field(default_factory=list)

    def add(self, row):
        self.rows.setdefault(row.kind, []).append(row)

    def of(self, kind):
        return self.rows.get(kind, [])

    def note(self, sheet, advice, *, number=None, column="", found="", level="ERROR", unit="行"):
        self.problems.append(
            Problem(sheet, number, column, shown_short(found), advice, level, unit)
        )

    def report(self, row, name, advice, *, level="ERROR"):
        """记下某行某列的问题；advice 是一句话，说找到什么、怎么改。"""
        if level == "ERROR":
            row.bad.add(name)
        number = row.numbers.get(name, row.number)
        self.note(
            row.sheet,
            advice,
            number=number,
            column=row.columns.get(name, ""),
            found=row.cells.get(name),
            level=level,
            unit=row.unit,
        )


@dataclass
class Entry:
    """解释过的一行：key 认出是同一行，values 是 字段 → 值（文件里没有的列不在内）。"""

    kind: str
    key: tuple
    values: dict
    row: Row | None = None
    object: object = None  # 数据库里的那一条

    @property
    def word(self):
        return BY_KIND[self.kind].word

    @property
    def label(self):
        """给人看的名字，用在预览和提示里。"""
        if self.kind == "member":
            group, position, cadre, post = self.key
            return f"{group} · {POSITION_LABELS[position]} {cadre[0] if cadre else post}"
        if self.kind == "target":
            return f"{self.values.get('name') or ''}（{self.key[0]}）"
        if self.kind == "reading":
            target, village, on, *_ = self.key
            return f"{target} · {village or '全镇'} · {on}"
        if self.kind == "cadre":
            return f"{self.key[0]}（{self.key[1]}）" if self.key[1] else self.key[0]
        if self.kind == "milestone":
            return f"{self.key[0]} · {self.values.get('name') or self.key[1]}"
        return " · ".join(shown(part) for part in self.key)


def shown_short(value, limit=60):
    if isinstance(value, (list, tuple)):
        value = "、".join(shown(item) for item in value)
    text = shown(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


class PlanFileError(Exception):
    """这份方案不能导入；problems 是全部问题，message 是一句话。"""

    def __init__(self, message, problems=()):
        super().__init__(message)
        self.problems = list(problems)
