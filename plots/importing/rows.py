"""读行：一张认好列的表 → 一行行图斑；标题、单位、合计、说明行略过，每处错都记下来。"""

from functools import partial

from plots.importing.layout import Layout
from plots.importing.lookups import Lookups
from plots.importing.parsed import QUOTED, ParsedRow, Reading
from plots.importing.patch_cells import (
    DOUBTFUL,
    LENGTHS,
    area_in_mu,
    limited_text,
    patch_code,
)
from plots.importing.totals import TOTAL, Totals, has_total
from plots.models.columns import AREAS, ENDED_WORDS, FACTS, Field
from taiping.ground.area import figure, plain, rounded
from taiping.ground.tables import as_decimal, as_text
from tasks.models import Target

LIMITED = {attr: partial(limited_text, most) for attr, most in LENGTHS.items()}


class SheetReader:
    """读一张表，读好的行和错都放进 reading。"""

    def __init__(self, layout: Layout, lookups: Lookups, target: Target, reading: Reading):
        self.layout, self.names, self.target, self.reading = layout, lookups.names, target, reading
        self.villages, self.siblings = lookups.villages, lookups.targets
        self.sheet = reading.sheet_name(layout.name)
        self.shapes, self.measured = layout.sheet.shapes, layout.sheet.measured
        self.columns, self.places = layout.columns, {}
        self.left, self.clean = lookups.mends.left, True
        self.area = layout.area()
        self.factor = AREAS.get(self.area.field)
        self.totals = Totals(layout, self.villages)
        self.in_mu = partial(area_in_mu, self.factor)
        labels = {use.index: use.label for use in layout.columns.values()}
        self.faults = {
            (number, labels[at]): sentence
            for (number, at), sentence in layout.sheet.faults.items()
            if at in labels
        }
        self.facts, self.labels = [], {}
        for name, attr in FACTS.items():
            if use := self.columns.get(name):
                parse = LIMITED.get(attr, lookups.routes.code_of)
                self.facts.append((attr, use.index, parse))
                self.labels[attr] = use.label

    def problem(self, number, column, found, advice):
        self.clean = False
        self.reading.problem(self.sheet, number, column, found, advice)

    def warn(self, number, column, found, advice):
        self.reading.warn(self.sheet, number, column, found, advice)

    @property
    def rows(self):
        """表头以下的 [(行号, [值])]。"""
        return self.layout.sheet.rows[self.layout.start :]

    def read(self, counted=iter):
        """counted 是一行行给出、顺便报进度的。"""
        layout = self.layout
        code_at, area_at = layout.index(Field.CODE), self.area.index
        name_at, place_code_at = layout.index(Field.VILLAGE), layout.index(Field.VILLAGE_CODE)
        width = 1 + max(use.index for use in layout.uses)
        fills, first = self._fills(), True
        for number, values in counted(self.rows):
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
            if village is None and has_total(values):
                self.totals.note(number, values)
                continue
            self._row(number, values, code, area, village, reason)

    def _row(self, number, values, code, area, village, reason):
        before = len(self.reading.problems)
        if village is None:
            use = self.columns.get(Field.VILLAGE) or self.columns[Field.VILLAGE_CODE]
            reason = self.faults.get((number, use.label), reason)
            self.problem(number, use.label, values[use.index], reason)
        code, area = self._code(number, code), self._area(number, area)
        split = self.layout.split_column
        if split is not None and values[split] in ENDED_WORDS:
            self.reading.split += 1
            del self.reading.problems[before:]
            return
        self.totals.count(values)
        if not self._is_ours(number, values):
            self.reading.others += 1
            del self.reading.problems[before:]
            return
        facts, extra = self._facts(number, values), self._extra(values)
        shape = self._shape(number)
        if len(self.reading.problems) > before:
            return
        row = ParsedRow(self.layout.name, number, village, code, area, facts, extra, shape)
        if (row.sheet, number) in self.left:
            self.reading.parked.append(row)
            return
        if other := self.reading.seen.get(row.key):
            self._repeated(row, other)
            return
        self.reading.seen[row.key] = row
        self.reading.rows.append(row)

    def _repeated(self, row, other):
        sheet = f"“{other.sheet}”" if other.sheet != row.sheet else ""
        advice = "同一块图斑的几部分，请先在制图软件里合并成一个图形" if row.shape else "请只留一行"
        sentence = (
            f"与{sheet}第 {other.number} 行重复，都是{row.village.name}的 {row.code}，{advice}。"
        )
        self.problem(row.number, self.columns[Field.CODE].label, row.code, sentence)
        self.reading.repeats.setdefault(row.key, [other]).append(row)
        self.reading.repeated.add(self.reading.problems[-1])

    def _shape(self, number):
        """这一行的图形；破损的记一处错，修补过的提醒一句。"""
        shape = self.shapes.get(number)
        if shape is None:
            return None
        if shape.problem:
            self.problem(number, "图形", "", shape.problem)
        elif shape.repaired:
            area = plain(rounded(shape.mu))
            advice = f"图形{shape.repaired}，已经修补，修补后 {area} 亩，请在制图软件里核对。"
            self.warn(number, "图形", "", advice)
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
        if has_total(values):
            self.totals.note(number, values)
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

    def _parsed(self, parse, number, label, value):
        """一格的值；不对的记一处错，是 None。"""
        if fault := self.faults.get((number, label)):
            return self.problem(number, label, value, fault)
        try:
            return parse(value)
        except ValueError as error:
            return self.problem(number, label, value, str(error))

    def _code(self, number, value):
        return self._parsed(patch_code, number, self.columns[Field.CODE].label, value)

    def _area(self, number, value):
        label = self.area.label
        if number in self.shapes and not self._parsed(as_decimal, number, label, value):
            area = self.measured.get(number)  # 图形坏了的，错记在图形上
            if area is not None and area <= 0:
                self.problem(number, "图形", "", "图形太小，量不出面积。请在制图软件里核对。")
            return area
        area = self._parsed(self.in_mu, number, label, value)
        if area is not None and area > DOUBTFUL:
            advice = f"合 {figure(area)} 亩，一块图斑不大会有这么大，请核对面积和单位。"
            self.warn(number, label, value, advice)
        return area

    def _is_ours(self, number, values):
        use = self.columns.get(Field.TARGET)
        text = as_text(values[use.index]) if use else ""
        if not text or text in (self.target.name, self.target.code):
            return True
        if text in self.siblings:
            return False
        advice = f"“{text}”不是这份方案里的目标任务，请填“{self.target.name}”，或把这一格空着。"
        self.problem(number, use.label, text, advice)
        return True

    def _facts(self, number, values):
        facts = {}
        for attr, at, parse in self.facts:
            value = values[at]
            if value is not None:
                facts[attr] = self._parsed(parse, number, self.labels[attr], value)
        return facts

    def _extra(self, values):
        cells = ((key, values[at]) for at, key in self.layout.extras.items())
        return {
            key: value if type(value) in (str, int, float) else as_text(value)
            for key, value in cells
            if value is not None
        }

    def check_totals(self):
        """文件自己的合计、小计和读到的对不对得上；有错的行没法加，就不比。"""
        if not self.clean:
            return
        left = sum(row[1] for row in self.reading.left if row[0] == self.layout.name)
        self.totals.check(self.warn, self.reading.notes.append, has_left=bool(left))


def settle_parked(reading):
    """人说不要的重复行：留的那一行还在，才真的不要；已经不重复的照样读。"""
    for row in reading.parked:
        if other := reading.seen.get(row.key):
            left = [row.sheet, row.number, row.village.name, row.code, other.number]
            reading.left.append(left)
        else:
            reading.seen[row.key] = row
            reading.rows.append(row)


def _is_numbering(values):
    """表头下面标栏号的一行：1、2、3……"""
    filled = [value for value in values if value is not None]
    return len(filled) > 2 and filled == list(range(1, len(filled) + 1))
