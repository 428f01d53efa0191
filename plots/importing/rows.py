"""读行：一张认好列的表 → 一行行图斑；标题、单位、合计、说明行略过，每处错都记下来。"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from plots.importing.layout import Layout
from plots.importing.lookups import Lookups
from plots.models import Patch, Remedy
from plots.models.columns import AREAS, FACTS, IS_SPLIT, Field
from taiping.ground.area import plain, rounded
from taiping.ground.geometry.shapes import Shape, load
from taiping.ground.tables import Problem, as_code, as_decimal, as_text, shown, tidy_header
from tasks.models import Target
from villages.models import Village

TOTAL = re.compile(r".{0,10}(合计|小计|总计|共计)[:：]?")
FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
SMALLEST = Decimal("0.000001")
LARGEST, DOUBTFUL = Decimal(10) ** 9, Decimal(10_000)  # 亩：再大存不下；再大要提醒核对单位
CODE_LENGTH = Patch._meta.get_field("code").max_length
LENGTHS = {attr: Patch._meta.get_field(attr).max_length for attr in FACTS.values()}
REMEDIES = {tidy_header(label): value for value, label in Remedy.choices}
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

    @property
    def key(self) -> tuple[int, str]:
        return self.village.pk, self.code

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
    rows: list = field(default_factory=list)  # [ParsedRow]，国土调查云结果是 [CloudRow]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    others: int = 0  # 写着别的目标任务的行
    split: int = 0  # 写着已拆分的行
    seen: dict = field(default_factory=dict)  # (村, 编号) → 第一次出现的行

    def sheet_name(self, name: str) -> str:
        """提示里写的表名。"""
        return name if self.named else ""

    def problem(self, sheet: str, number: int, column: str, found, advice: str) -> None:
        self.problems.append(_problem(sheet, number, column, found, advice))

    def warn(self, sheet: str, number: int, column: str, found, advice: str) -> None:
        self.warnings.append(_problem(sheet, number, column, found, advice))


def _problem(sheet, number, column, found, advice):
    return Problem(sheet, number, column, shown(found)[:QUOTED], advice)


class SheetReader:
    """读一张表，读好的行和错都放进 reading。"""

    def __init__(self, layout: Layout, lookups: Lookups, target: Target, reading: Reading):
        self.layout, self.names, self.target, self.reading = layout, lookups.names, target, reading
        self.villages, self.siblings = lookups.villages, lookups.targets
        self.sheet = reading.sheet_name(layout.name)
        self.shapes, self.measured = layout.sheet.shapes, layout.sheet.measured
        self.columns, self.places = layout.columns, {}
        self.total = self.segment = Decimal(0)
        self.totals, self.clean = [], True
        self.area = layout.area()
        self.factor = AREAS.get(self.area.field)
        self.facts, self.labels = [], {}
        for name, attr in FACTS.items():
            if use := self.columns.get(name):
                self.facts.append((attr, use.index))
                self.labels[attr] = use.label

    def problem(self, number, column, found, advice):
        self.clean = False
        self.reading.problem(self.sheet, number, column, found, advice)

    def warn(self, number, column, found, advice):
        self.reading.warn(self.sheet, number, column, found, advice)

    def read(self):
        layout = self.layout
        code_at, area_at = layout.index(Field.CODE), self.area.index
        name_at, place_code_at = layout.index(Field.VILLAGE), layout.index(Field.VILLAGE_CODE)
        width = 1 + max(use.index for use in layout.uses)
        fills, first = self._fills(), True
        for number, values in layout.sheet.rows[layout.start :]:
            if len(values) < width:
                values = values + [None] * (width - len(values))
            code, area = values[code_at], values[area_at]
            if first and _is_numbering(values):
                continue
            first = False
            raw_place = [values[at] for at in (name_at, place_code_at) if at is not None]
            if (code is None or self._is_label(code)) and self._pass_over(
                number, values, code, area, raw_place
            ):
                continue
            if number in fills:
                values = values.copy()
                for at, value in fills[number].items():
                    values[at] = value if values[at] is None else values[at]
            village, reason = self._village(
                None if name_at is None else values[name_at],
                None if place_code_at is None else values[place_code_at],
            )
            if village is None and _has_total(values):
                self._note_total(number, area)
                continue
            self._row(number, values, code, area, village, reason)
        self._check_totals()

    def _row(self, number, values, code, area, village, reason):
        before = len(self.reading.problems)
        if village is None:
            use = self.columns.get(Field.VILLAGE) or self.columns[Field.VILLAGE_CODE]
            self.problem(number, use.label, values[use.index], reason)
        code, area = self._code(number, code), self._area(number, area)
        split = self.layout.split_column
        if split is not None and values[split] == IS_SPLIT:
            self.reading.split += 1
            del self.reading.problems[before:]
            return
        if area is not None:
            self.total += area
            self.segment += area
        if not self._is_ours(number, values):
            self.reading.others += 1
            del self.reading.problems[before:]
            return
        facts, extra = self._facts(number, values), self._extra(values)
        shape = self._shape(number)
        if len(self.reading.problems) > before:
            return
        row = ParsedRow(self.layout.name, number, village, code, area, facts, extra, shape)
        if other := self.reading.seen.get(row.key):
            sheet = f"“{other.sheet}”" if other.sheet != row.sheet else ""
            advice = "同一块图斑的几部分，请先在制图软件里合并成一个图形" if shape else "请只留一行"
            self.problem(
                number,
                self.columns[Field.CODE].label,
                code,
                f"与{sheet}第 {other.number} 行重复，都是{village.name}的 {code}，{advice}。",
            )
            return
        self.reading.seen[row.key] = row
        self.reading.rows.append(row)

    def _shape(self, number):
        """这一行的图形；破损的记一处错，修补过的提醒一句。"""
        shape = self.shapes.get(number)
        if shape is None:
            return None
        if shape.problem:
            self.problem(number, "图形", "", shape.problem)
        elif shape.repaired:
            area = plain(rounded(shape.mu))
            self.warn(
                number,
                "图形",
                "",
                f"图形{shape.repaired}，已经修补，修补后 {area} 亩，请在制图软件里核对。",
            )
        return shape

    def _fills(self):
        """上下合并的格子：行号 → {第几列: 值}。编号和面积不往下填，合并了就是漏填。"""
        kept = {self.layout.index(Field.CODE), self.area.index}
        filled = {use.index for use in self.layout.uses} - kept
        tops, fills = dict(self.layout.sheet.rows), {}
        for top, bottom, at in self.layout.sheet.merges:
            values = tops.get(top, [])
            if at not in filled or top <= self.layout.header_row or at >= len(values):
                continue
            for number in range(top + 1, bottom + 1):
                fills.setdefault(number, {})[at] = values[at]
        return fills

    def _is_label(self, code):
        """编号格里写的是“合计”，或者又是一行表头。"""
        if not isinstance(code, str) or code[-1].isdigit():  # 真的编号多以数字结尾
            return False
        guess = self.names.find(code)
        is_header = guess is not None and guess.field == Field.CODE
        return is_header or TOTAL.fullmatch(code.replace(" ", "")) is not None

    def _pass_over(self, number, values, code, area, place):
        if _has_total(values):
            self._note_total(number, area)
            return True
        if code is not None:
            return True  # 翻页后又印了一遍的表头
        if area is None and not any(self.villages.match(value).village for value in place):
            text = " ".join(as_text(value) for value in values if value is not None)
            self.reading.notes.append(
                f"第 {number} 行没有编号、村和面积，按说明行略过：“{text[:QUOTED]}”"
            )
            return True
        return False

    def _village(self, name, code):
        """村名和村代码 → (村, 为什么没有)；写了两样要一致。"""
        if (name, code) not in self.places:
            self.places[name, code] = self._matched(name, code)
        return self.places[name, code]

    def _matched(self, name, code):
        matches = [self.villages.match(value) for value in (name, code) if value is not None]
        found = {match.village.pk: match.village for match in matches if match.village}
        if len(found) > 1:
            by_name, by_code = found.values()
            return None, f"村写的是{by_name.name}，代码却是{by_code.name}的，请核对后改成一致。"
        if found:
            return next(iter(found.values())), ""
        return None, matches[0].reason if matches else self.villages.match(None).reason

    def _code(self, number, value):
        label = self.columns[Field.CODE].label
        if value is None:
            self.problem(number, label, "", "没有填图斑编号，请按下发的编号填上。")
            return None
        if isinstance(value, date):
            self.problem(
                number,
                label,
                value,
                f"“{value}”是被表格软件改成日期的编号，请把这一列设成“文本”再填原来的编号。",
            )
            return None
        try:
            code = as_code(value)
        except ValueError as error:
            self.problem(number, label, value, str(error))
            return None
        if not code.isascii():
            code = code.translate(FULLWIDTH)
        if "\n" in code or "\t" in code:
            code = " ".join(code.split())
        if len(code) > CODE_LENGTH:
            self.problem(
                number, label, code, f"编号有 {len(code)} 个字，最多 {CODE_LENGTH} 个字，请核对。"
            )
            return None
        return code

    def _area(self, number, value):
        label = self.area.label
        try:
            amount = as_decimal(value)
        except ValueError as error:
            self.problem(number, label, value, str(error))
            return None
        if not amount and number in self.shapes:
            return self.measured.get(number)  # 图形坏了的，错记在图形上
        if amount is None:
            self.problem(number, label, "", "没有填面积，请填大于 0 的数，如 3.50。")
            return None
        if not amount.is_finite() or abs(amount * self.factor) >= LARGEST:
            self.problem(
                number, label, value, f"“{shown(value)[:QUOTED]}”太大了，请核对面积和单位。"
            )
            return None
        area = (amount * self.factor).quantize(SMALLEST, rounding=ROUND_HALF_UP)
        if area <= 0:
            self.problem(number, label, value, f"“{shown(value)}”不对，面积要大于 0，请填如 3.50。")
            return None
        if area > DOUBTFUL:
            self.warn(
                number,
                label,
                value,
                f"合 {plain(area)} 亩，一块图斑不大会有这么大，请核对面积和单位。",
            )
        return area

    def _is_ours(self, number, values):
        use = self.columns.get(Field.TARGET)
        text = as_text(values[use.index]) if use else ""
        if not text or text in (self.target.name, self.target.code):
            return True
        if text not in self.siblings:
            self.problem(
                number,
                use.label,
                text,
                f"“{text}”不是这份方案里的目标任务，请填“{self.target.name}”，或把这一格空着。",
            )
            return True
        return False

    def _facts(self, number, values):
        facts = {}
        for attr, at in self.facts:
            value = values[at]
            if value is None:
                continue
            text = value if isinstance(value, str) else as_text(value)
            if attr == "remedy":
                text = REMEDIES.get(tidy_header(text), "")
                if not text:
                    choices = "、".join(Remedy.labels)
                    self.problem(
                        number,
                        self.labels[attr],
                        value,
                        f"没有“{as_text(value)}”这种整改方式，请填：{choices}。",
                    )
            elif len(text) > LENGTHS[attr]:
                self.problem(
                    number,
                    self.labels[attr],
                    text,
                    f"有 {len(text)} 个字，最多 {LENGTHS[attr]} 个字，请改短。",
                )
            facts[attr] = text
        return facts

    def _extra(self, values):
        cells = ((key, values[at]) for at, key in self.layout.extras.items())
        return {
            key: value if type(value) in (str, int, float) else as_text(value)
            for key, value in cells
            if value is not None
        }

    def _note_total(self, number, area):
        try:
            stated = as_decimal(area)
        except ValueError:
            stated = None
        if stated is not None:
            self.totals.append((number, stated * self.factor, self.total, self.segment))
        self.segment = Decimal(0)

    def _check_totals(self):
        """合计、小计和各行加起来对不对得上；有错的行没法加，就不比。"""
        for number, stated, total, segment in self.totals if self.clean else ():
            sums = (segment, total, self.total)
            if min(abs(stated - amount) for amount in sums) >= Decimal("0.01"):
                amount = segment or total or self.total
                side = "多" if stated > amount else "少"
                self.warn(
                    number,
                    self.area.label,
                    stated,
                    f"这一行写的合计是 {plain(stated)} 亩，各行加起来是 {plain(amount)} 亩，"
                    f"合计{side} {plain(abs(stated - amount))} 亩；导入以各行为准。",
                )


def _has_total(values):
    return any(isinstance(v, str) and TOTAL.fullmatch(v.replace(" ", "")) for v in values)


def _is_numbering(values):
    """表头下面标栏号的一行：1、2、3……"""
    filled = [value for value in values if value is not None]
    return len(filled) > 2 and filled == list(range(1, len(filled) + 1))
