"""文件自己的合计、小计：和读到的各行加起来比；对不上的提醒，不拦。"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from plots.importing.layout import Layout
from plots.importing.names import AREA_FIELDS
from plots.models.columns import EXTRA, Field
from taiping.ground.area import spoken, told_apart
from taiping.ground.tables import as_decimal
from villages.places.matching import VillageIndex

TOTAL = re.compile(r"(.{0,10})(合计|小计|总计|共计)[:：]?")
COUNTED = re.compile(r"共?(\d{1,7})(?:个|块|宗|条)(?:图斑)?")
UNITS = {Field.AREA_MU: "亩", Field.AREA_SQM: "m²", Field.AREA_HA: "公顷"}
LEAST_PLACES, MOST_PLACES = 2, 6  # 合计写了几位小数就比到几位，至少两位


@dataclass
class Sums:
    """加到现在的：几行，各列的和；有一格不是数，那一列没法加，是 None。"""

    rows: int = 0
    columns: dict[int, Decimal | None] = field(default_factory=dict)

    def add(self, amounts: dict[int, Decimal | None]) -> None:
        self.rows += 1
        for at, amount in amounts.items():
            before = self.columns.get(at, Decimal(0))
            self.columns[at] = None if None in (before, amount) else before + amount

    def copy(self) -> "Sums":
        return Sums(self.rows, self.columns.copy())


@dataclass
class Stated:
    """文件里写着合计的一行：写的各列的数、个数；above 是上一次合计以来的，so_far 是从头到这里的。"""

    number: int
    word: str
    is_part: bool
    amounts: dict[int, Decimal]
    count: int | None
    above: Sums
    so_far: Sums
    below: Sums | None = None


class Totals:
    """一张表的合计行。"""

    def __init__(self, layout: Layout, villages: VillageIndex):
        self.villages, self.columns = villages, _area_columns(layout)
        places = (layout.index(Field.VILLAGE), layout.index(Field.VILLAGE_CODE))
        self.places = [at for at in places if at is not None]
        self.all, self.segment, self.stated = Sums(), Sums(), []

    def count(self, values: list) -> None:
        """算进合计的一行图斑。"""
        amounts = {}
        for at, *_ in self.columns:
            value = values[at]
            amounts[at] = Decimal(0) if value is None else _amount(value)
        self.all.add(amounts)
        self.segment.add(amounts)

    def note(self, number: int, values: list) -> None:
        """记下一行合计。"""
        label = next(found for value in values if (found := _label(value)))
        named = [label[1], *(values[at] for at in self.places)]
        is_part = label[2] == "小计" or any(
            value and self.villages.match(value).village for value in named
        )
        amounts = {at: _amount(values[at]) for at, *_ in self.columns}
        stated = Stated(
            number,
            label[2],
            is_part,
            {at: amount for at, amount in amounts.items() if amount is not None},
            _counted(values, amounts),
            self.segment,
            self.all.copy(),
        )
        if self.stated:
            self.stated[-1].below = self.segment
        self.stated.append(stated)
        self.segment = Sums()

    def check(self, warn, note, *, has_left: bool) -> None:
        """warn(行号, 列, 写的, 句子) 记一处提醒，note(句子) 记一句话；has_left 是有不导入的重复行。"""
        if self.stated:
            self.stated[-1].below = self.segment
        whole = self._whole()
        for stated in self.stated:
            if stated is not whole:
                self._check_part(stated, warn)
        if whole:
            self._check_whole(whole, warn, note, "（连同没有导入的重复行）" if has_left else "")

    def _whole(self):
        """哪一行是整张表的合计：写在最上面的，不然最后一行。"""
        wholes = [stated for stated in self.stated if not stated.is_part]
        if not wholes:
            return None
        return wholes[0] if not wholes[0].so_far.rows else wholes[-1]

    def _check_whole(self, stated, warn, note, more):
        agreed, is_wrong = [], False
        for at, label, unit in self.columns:
            wrong = self._compared(stated, at, label, unit, [self.all], warn, f"读到的{more}")
            is_wrong |= wrong is True
            if wrong is False:
                agreed.append(f"{spoken(stated.amounts[at])} {unit}".strip())
        if stated.count is not None and stated.count != self.all.rows:
            is_wrong = True
            sentence = (
                f"文件里的{stated.word}是 {stated.count} 个，读到的是 {self.all.rows} 行{more}，"
                f"差 {abs(stated.count - self.all.rows)} 个。请核对，导入以各行为准。"
            )
            warn(stated.number, "", f"{stated.count} 个", sentence)
        elif stated.count is not None:
            agreed.append(f"{stated.count} 个")
        if agreed and not is_wrong:
            note(
                f"读到的 {self.all.rows} 行{more}加起来与文件的{stated.word}一致：{'、'.join(agreed)}。"
            )

    def _check_part(self, stated, warn):
        """小计：上面一段、下面一段，或从头加到这里，有一样对得上就行。"""
        for at, label, unit in self.columns:
            sums = [stated.above, stated.below, stated.so_far]
            self._compared(stated, at, label, unit, [each for each in sums if each.rows], warn, "")

    def _compared(self, stated, at, label, unit, sums, warn, who):
        """对不上 True，对得上 False，没法比 None。"""
        written, totals = stated.amounts.get(at), [each.columns.get(at) for each in sums]
        if written is None or not totals or None in totals:
            return None
        if any(_agree(written, total) for total in totals):
            return False
        first, second, gap = _shown(written, totals[0])
        unit = f" {unit}".rstrip()
        column = "" if at == self.columns[0][0] else f"“{label}”"
        sentence = (
            f"{column}文件里的{stated.word}是 {first}{unit}，{who or '这一段'} {sums[0].rows} 行"
            f"加起来是 {second}{unit}，差 {gap}{unit}。请核对，导入以各行为准。"
        )
        warn(stated.number, label, written, sentence)
        return True


def has_total(values: list) -> bool:
    """一行里写着“合计”“小计”。"""
    return any(_label(value) for value in values)


def _label(value):
    return isinstance(value, str) and TOTAL.fullmatch(value.replace(" ", ""))


def _area_columns(layout):
    """比哪几列：用作面积的在前，别的写着面积的在后：[(第几列, 表头, 单位)]。"""
    main = layout.area()
    columns = [(main.index, main.label, UNITS.get(main.field, ""))]
    for use in layout.uses:
        if use.field == EXTRA and (use.also in AREA_FIELDS or "面积" in use.header):
            columns.append((use.index, use.label, UNITS.get(use.also, "")))
    return columns


def _amount(value):
    """一格的数；空着、不是数的是 None。"""
    try:
        amount = as_decimal(value)
    except ValueError:
        return None
    return amount if amount is not None and amount.is_finite() else None


def _counted(values, amounts):
    """“3个”“共 12 块图斑”；没有写个数是 None。"""
    for at, value in enumerate(values):
        text = value.replace(" ", "") if isinstance(value, str) and at not in amounts else ""
        if found := COUNTED.fullmatch(text):
            return int(found[1])
    return None


def _agree(written, total):
    """写到几位小数就比到几位：各行四舍五入过的，最后一位差半个不算。"""
    places = min(max(-written.as_tuple().exponent, LEAST_PLACES), MOST_PLACES)
    return abs(written - total) <= Decimal(5).scaleb(-places - 1)


def _shown(written, total):
    """(写的, 加起来的, 差)，小数位数够看得出差。"""
    first, second = told_apart(written, total)
    gap = told_apart(abs(written - total), Decimal(0))[0]
    return first, second, gap
