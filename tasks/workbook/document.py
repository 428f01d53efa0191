"""读进来的方案：一行行没有解释过的格子，各自记得从文件的哪里来；以及找到的问题。"""

from dataclasses import dataclass, field

from django.db.models import Model

from taiping.ground.actors import actors
from taiping.ground.tables import Problem, shown
from tasks.models import Membership
from tasks.workbook.columns import BY_KIND

POSITION_LABELS = dict(Membership.Position.choices)


@dataclass
class FileRow:
    """文件里的一行（JSON 里是一条）。cells：字段 → 原来的值；columns：字段 → 怎么称呼那一列；
    numbers：一行拆成几行写时，字段 → 行号；bad：已经报过错的字段，后面的规则不再看。"""

    kind: str
    cells: dict
    sheet: str
    number: int  # 0 是没有哪一行
    columns: dict[str, str]
    unit: str = "行"
    numbers: dict[str, int] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        return f"第 {self.number} {self.unit}"


@dataclass(frozen=True)
class PlanProblem(Problem):
    """column 连列标一起写，如 B“年度”。level：ERROR 不改不能导入，WARNING 只是提醒，
    KEEP 是只有保留文件里没有的行时才算的错（删掉那些行就没有了）。"""

    level: str = "ERROR"
    unit: str = "行"

    @property
    def row_text(self) -> str:
        return f"第 {self.row} {self.unit}" if self.row else ""

    @property
    def where(self) -> str:
        sheet = f"“{self.sheet}”" if self.sheet else "文件"
        return f"{sheet}{self.row_text} {self.column}".rstrip()

    @property
    def note(self) -> str:
        prefix = "提醒：" if self.level == "WARNING" else ""
        column = f"{self.column}：" if self.row and self.column else ""
        return f"{prefix if self.row else ''}{column}{self.advice}"


@dataclass
class Document:
    """一个文件读出来的全部：rows 按类分，kinds 是文件里有的类，positions 是写了成员的职务列。"""

    rows: dict[str, list[FileRow]] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    positions: set[str] = field(default_factory=set)
    problems: list[PlanProblem] = field(default_factory=list)

    def add(self, row: FileRow) -> None:
        self.rows.setdefault(row.kind, []).append(row)

    def of(self, kind: str) -> list[FileRow]:
        return self.rows.get(kind, [])

    def note(self, sheet, advice, *, number=0, column="", found="", level="ERROR", unit="行"):
        self.problems.append(
            PlanProblem(sheet, number, column, shown_short(found), advice, level, unit)
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
    row: FileRow | None = None
    object: Model | None = None  # 数据库里的那一条
    target_name: str = ""  # 引用的目标任务叫什么

    @property
    def word(self) -> str:
        return BY_KIND[self.kind].word

    @property
    def label(self) -> str:
        """给人看的名字，用在预览和提示里。"""
        if self.kind == "member":
            group, position, cadre, post = self.key
            return f"{group} · {POSITION_LABELS[position]} {cadre[0] if cadre else post}"
        if self.kind in ("target", "duty", "subsidy", "score_item", "route"):
            return f"{self.values.get('name') or ''}（{self.key[0]}）"
        if self.kind == "reading":
            _, village, on, *_ = self.key
            return f"{self._target} · {village or f'全{actors.town}'} · {on}"
        if self.kind == "cadre":
            return f"{self.key[0]}（{self.key[1]}）" if self.key[1] else self.key[0]
        if self.kind == "milestone":
            return f"{self._target} · {self.values.get('name') or self.key[1]}"
        if self.kind == "allocation":
            return f"{self._target} · {self.key[1]}"
        return " · ".join(shown(part) for part in self.key)

    @property
    def _target(self):
        return self.target_name or self.key[0]


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
