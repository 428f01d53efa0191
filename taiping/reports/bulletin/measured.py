"""靠监测的任务在各村：一项任务一段话、一张表。占比是监测数除以分到本村的任务数；单位不同的从不相加，不比总的名次。"""

from dataclasses import dataclass
from decimal import Decimal

from taiping.ground.actors import actors
from taiping.ground.area import enough_decimals, figure
from taiping.ground.dates import date_beside
from taiping.ground.words import quantity_words
from taiping.progress.figures import Progress, TargetFigures
from taiping.progress.rates import percent_of
from taiping.progress.village_readings import (
    VillageReading,
    decimals_of,
    total_quota,
    village_readings,
)
from taiping.reports.bulletin.blocks import Paragraph, Table
from taiping.reports.measured import listed_by_village
from villages.models import Village

NAMED = 3  # 一句话里最多点名几个村
LATE_NAMED = 6  # 逾期的、没有报数的多点几个
WIDTHS = [16, 36, 28, 28, 22, 26]  # 毫米，合起来 156


@dataclass
class Line:
    """一个村在一项任务上；place 是名次，没有分到任务的、没有报数的、底线不排，是 0。"""

    village: Village
    cell: VillageReading
    place: int = 0


@dataclass
class Measured:
    """一项任务：有份的村，占比高的在前，没有报数的在后。"""

    figures: TargetFigures
    lines: list[Line]

    @property
    def asked(self) -> list[Line]:
        """分到任务的。"""
        return [line for line in self.lines if line.cell.quota is not None]

    @property
    def told(self) -> list[Line]:
        """报了数的。"""
        return [line for line in self.lines if line.cell.value is not None]


def measured(progress: Progress) -> list[Measured]:
    """各村有份的任务。"""
    return [Measured(figures, _lines(progress, figures)) for figures in listed_by_village(progress)]


def _lines(progress, figures):
    decimals, lines = [decimals_of(figures)], []
    for place, village in enumerate(progress.villages):
        (cell,) = village_readings([figures], place, decimals)
        if cell.has_part:
            lines.append(Line(village, cell))
    if figures.target.is_floor:
        return lines
    lines.sort(key=lambda line: (line.cell.share is None, -(line.cell.share or 0)))
    before = None
    for number, line in enumerate(lines, start=1):
        if line.cell.share is None:
            break
        same = before and before.cell.share == line.cell.share
        line.place = before.place if same else number
        before = line
    return lines


def without_part(progress: Progress, found: list[Measured]) -> list[Village]:
    """哪一项都没有份的村。"""
    listed = {line.village.pk for one in found for line in one.lines}
    return [village for village in progress.villages if village.pk not in listed]


def sentence(one: Measured) -> str:
    """一项任务：几个村分到、几个报了，占比最高的、最低的，哪些逾期、没有报数。"""
    texts = [_counted(one), _ranking(one), _floor(one), _late(one), _unheard(one)]
    return "".join(f"{text}。" for text in texts if text)


def _counted(one):
    told = [line for line in one.asked if line.cell.value is not None]
    if not one.asked:
        amounts = [f"{line.village.name}{_amount(line)}" for line in one.told]
        names = _some(amounts, LATE_NAMED)
        return f"没有分解到村，不排名次；报了数的有{names}"
    if not told and not _silent(one.asked):
        by_town = one.figures.reading and one.figures.reading.is_town
        whole = f"，只有全{actors.town}的监测数" if by_town else ""
        return f"分到任务的{len(one.asked)}个村都还没有报数{whole}"
    if not told:
        return f"{len(one.asked)}个村分到任务，一个也没有报数"
    if len(told) == len(one.asked):
        return f"分到任务的{len(one.asked)}个村都报了数"
    return f"{len(one.asked)}个村分到任务，报了数的{len(told)}个"


def _ranking(one):
    rows = [line for line in one.lines if line.place]
    if not rows:
        return ""
    if len(rows) == 1:
        return f"{rows[0].village.name}的占比是{rows[0].cell.rate}"
    best, worst = rows[0].cell, rows[-1].cell
    if best.share == worst.share:
        return f"占比都是{best.rate}"
    high = _places(rows, best)
    return f"占比最高的是{high}，最低的是{_places(rows, worst)}"


def _places(rows, cell):
    names = [line.village.name for line in rows if line.cell.share == cell.share]
    return f"{_some(names, NAMED)}（{cell.rate}）"


def _floor(one):
    """分到底线的，低于自己底线的村。"""
    if not one.figures.target.is_floor:
        return ""
    low = []
    for line in one.lines:
        quota, value = line.cell.quota, line.cell.value
        if None not in (quota, value) and value < quota:
            low.append(f"{line.village.name}（低{_words(quota - value, one)}）")
    return f"低于分到的底线的有{_some(low, LATE_NAMED)}" if low else ""


def _late(one):
    late = [line for line in one.lines if line.cell.is_overdue]
    late.sort(key=lambda line: line.cell.share or 0)  # 差的先点名
    return f"逾期的有{_with_steps(late)}" if late else ""


def _unheard(one):
    """有的报了、有的没有报，没有报的点名；截止过了的说是哪一步。"""
    waiting = [line for line in one.asked if line.cell.value is None]
    if not waiting or (len(waiting) == len(one.asked) and not _silent(waiting)):
        return ""
    return f"还没有报数的有{_with_steps(waiting)}"


def _silent(lines):
    return any(line.cell.is_silent for line in lines)


def _with_steps(lines):
    """“东村、西村（春播逾期173天）、南村（秋播逾期3天）”：步骤和天数一样的并在一起，只写一遍。"""
    together = {}
    for line in lines:
        together.setdefault(_step_words(line.cell), []).append(line.village.name)
    return "、".join(_some(names, LATE_NAMED) + words for words, names in together.items())


def _step_words(cell):
    if not cell.late_step:
        return ""
    past = "截止已过" if cell.is_silent else "逾期"
    return f"（{cell.late_step.name}{past}{cell.days_late}天）"


def _amount(line):
    return quantity_words(line.cell.value, line.cell.unit, line.cell.decimals)


def _words(amount, one):
    target = one.figures.target
    return quantity_words(
        amount, target.unit, enough_decimals([(Decimal(0), amount)], target.decimals)
    )


def some_villages(villages: list[Village]) -> str:
    """“北村、南村”，多的“……等12个村”。"""
    return _some([village.name for village in villages], LATE_NAMED)


def _some(names, most):
    more = f"等{len(names)}个村" if len(names) > most else ""
    return f"{'、'.join(names[:most])}{more}"


def tables(progress: Progress, found: list[Measured]) -> list[Paragraph | Table]:
    """附件里的各村监测数，一项任务一张；全镇的数另有的，表下面说一句。都还没有报、也没有过截止的不出。"""
    blocks = []
    for one in found:
        if not one.told and not _silent(one.lines):
            continue
        blocks.append(_table(one, progress.on))
        reading = one.figures.reading
        if reading and reading.is_town:
            amount = quantity_words(reading.value, one.figures.target.unit, one.figures.decimals)
            day = date_beside(reading.on, progress.on)
            blocks.append(
                Paragraph(
                    f"全{actors.town}以{actors.town}里{day}的监测数{amount}为准，不是上表的合计。"
                )
            )
    return blocks


def _table(one, on):
    target = one.figures.target
    goal = "底线" if target.is_floor else "任务数"
    rows = [_row(line, on) for line in one.lines]
    title = f"{target.name}（单位：{target.unit}）"
    head = ["名次", "村", goal, "监测数", "占比", "监测日期"]
    return Table(title, head, rows, WIDTHS, _total(one))


def _row(line, on):
    cell = line.cell
    day = date_beside(cell.read_on, on) if cell.read_on else ""
    place = str(line.place) if line.place else "—"
    value = cell.value_text or "没有报数"
    return [place, line.village.name, cell.quota_text or "—", value, cell.rate or "—", day]


def _total(one):
    """合计：都报了数、都分到任务的才算占比。"""
    quotas = [line.cell.quota for line in one.asked]
    values = [line.cell.value for line in one.told]
    quota, value = sum(quotas) if quotas else None, sum(values) if values else None
    decimals = max(decimals_of(one.figures), enough_decimals([(value, quota)], 0))
    is_whole = len(one.asked) == len(one.told) == len(one.lines)
    whole = total_quota([line.cell.row for line in one.asked], decimals)
    is_range = isinstance(whole, str)  # 全镇的任务数是方案定的，不和各村的两头比
    share = percent_of(value, quota) if is_whole and not is_range else ""
    goal = whole if is_range else figure(quota, decimals)
    return ["合计", "", goal, figure(value, decimals), share, ""]
