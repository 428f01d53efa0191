"""读好的内容：一行行图斑，和读的时候找到的错。"""

from dataclasses import dataclass, field
from decimal import Decimal

from taiping.ground.codes import code_key
from taiping.ground.geometry.shapes import Shape, load
from taiping.ground.tables import Problem, shown
from villages.models import Village

QUOTED = 40  # 提示里引用原文最多这么多字


@dataclass(slots=True)
class ParsedRow:
    """读好的一行：面积是亩，facts 和 extra 只有表里填了的。"""

    sheet: str
    number: int
    village: Village
    code: str
    area_mu: Decimal
    facts: dict[str, str]
    extra: dict[str, str | int | float]
    shape: Shape | None = None  # 矢量数据才有
    key: tuple[int, str] = ()  # (村的主键, 编号的可比写法)

    def __post_init__(self):
        self.key = self.village.pk, code_key(self.code)

    def plain(self) -> list:
        """能写成 JSON 的。"""
        shape = self.shape and [self.shape.wkb.hex(), self.shape.repaired, self.shape.source_crs]
        area = str(self.area_mu)
        return [
            self.sheet,
            self.number,
            self.village.pk,
            self.code,
            area,
            self.facts,
            self.extra,
            shape,
        ]

    @classmethod
    def from_plain(cls, plain: list, villages: dict[int, Village]) -> "ParsedRow":
        sheet, number, village, code, area, facts, extra, shape = plain
        if shape:
            wkb, repaired, source_crs = shape
            geometry = load(bytes.fromhex(wkb))
            shape = Shape(geometry, repaired=repaired, source_crs=source_crs)
        return cls(sheet, number, villages[village], code, Decimal(area), facts, extra, shape)


@dataclass
class Reading:
    """一份文件读好的行；named 是有几张表，提示里要写表名。"""

    named: bool = False
    rows: list = field(default_factory=list)  # [ParsedRow]，上传结果是 [CloudRow]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: int = 0  # 写着别的目标任务的行
    split: int = 0  # 写着已拆分的行
    seen: dict = field(default_factory=dict)  # (村, 编号) → 第一次出现的行
    repeats: dict = field(default_factory=dict)  # (村, 编号) → 重复的几行 [ParsedRow]
    repeated: set = field(default_factory=set)  # 说重复的那几处错 {Problem}
    parked: list = field(default_factory=list)  # 人说不要的重复行，读完再看是不是真的重复
    left: list = field(default_factory=list)  # 没有导入的重复行：[表名, 行号, 村, 编号, 留的行号]

    def sheet_name(self, name: str) -> str:
        """提示里写的表名。"""
        return name if self.named else ""

    def problem(self, sheet: str, number: int, column: str, found, advice: str) -> None:
        self.problems.append(_problem(sheet, number, column, found, advice))

    def warn(self, sheet: str, number: int, column: str, found, advice: str) -> None:
        self.warnings.append(_problem(sheet, number, column, found, advice))


def _problem(sheet, number, column, found, advice):
    return Problem(sheet, number, column, shown(found)[:QUOTED], advice)
