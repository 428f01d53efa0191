"""把曲线排成 SVG 的坐标：模板只管画。画布 400×152，左边和下边留给字。

靠图斑的画上报、核实，靠监测的画监测数，用同样的横轴、截止和任务数的线。
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import floor, log10
from typing import NamedTuple

from taiping.ground.dates import date_beside
from taiping.ground.display import amount
from taiping.progress.burnup import BurnUp
from taiping.progress.words import forecast_sentences, lacking_sentence

LEFT, TOP, WIDTH, HEIGHT = 52, 10, 338, 114
NICE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20)


class Mark(NamedTuple):
    x: float
    label: str


class Spot(NamedTuple):
    """推算从哪里画起；推算的不是画着的两步时，label 是那一步的名字，写在点的哪边看 anchor。"""

    x: float
    y: float
    label: str

    @property
    def anchor(self):
        return "end" if self.x > LEFT + WIDTH * 2 / 3 else "start"

    @property
    def label_x(self):
        return self.x + (-6 if self.anchor == "end" else 6)

    @property
    def label_y(self):
        """写在点的下面，线从点往上走；点贴着底边时写在上面，不压月份。"""
        return self.y + (14 if self.y < TOP + HEIGHT - 20 else -8)


@dataclass
class Chart:
    on: date
    burnup: BurnUp
    confirmed: str
    reported: str
    projection: str
    spot: Spot | None
    goal: str
    dots: list[tuple[float, float]]
    today_x: float | None
    deadlines: list[Mark]
    months: list[Mark]
    ticks: list[tuple[float, str]]
    table: list[tuple[date, Decimal | None, Decimal | None]]

    @property
    def sentences(self):
        """每个没完成的节点一句推算。"""
        return forecast_sentences(self.burnup.figures)

    @property
    def steps(self):
        """每一步：[(名字, 代码, 完成的亩, 按期, 逾期的个, 按期率)]。"""
        decimals = self.burnup.figures.target.decimals
        return [
            (
                row.milestone.name,
                row.milestone.code,
                amount(row.reached, decimals),
                row.on_time_count,
                row.late_count,
                "—" if row.on_time_rate is None else f"{row.on_time_rate}%",
            )
            for row in self.burnup.figures.milestones
        ]

    @property
    def measured_steps(self):
        """靠监测的每一步：[(名字, 要到的数, 状态)]；没有定数的是“—”。"""
        figures = self.burnup.figures
        return [
            (row.milestone.name, amount(row.need.quota, figures.decimals), row.state)
            for row in figures.milestones
        ]

    @property
    def heads(self):
        """表里每一天写哪几样。"""
        return ["上报", "核实"] if self.burnup.by_patches else ["监测数"]

    @property
    def days(self):
        """表里的每一天：[(日期, [上报, 核实])]，写好的字；靠监测的只有监测数，还没有数的是“—”。"""
        decimals, shown = self.burnup.figures.target.decimals, len(self.heads)
        return [
            (date_beside(day, self.on), [amount(total, decimals) for total in totals[-shown:]])
            for day, *totals in self.table
        ]

    @property
    def lacking(self):
        return lacking_sentence(self.burnup.figures)

    right, bottom, left, top, tick_x = LEFT + WIDTH, TOP + HEIGHT, LEFT, TOP, LEFT - 6


def drawn_and_folded(charts: list[Chart]) -> dict[str, list[Chart]]:
    """直接画着的，和收起来点开看的：两样都有的方案先看图斑的，几条监测的线不让一页多出一排。"""
    by_patches = [one for one in charts if one.burnup.by_patches]
    others = [one for one in charts if not one.burnup.by_patches]
    return {"charts": by_patches or others, "folded_charts": others if by_patches else []}


def nice_top(value):
    """比 value 略大的整齐数，作纵轴的顶。"""
    value = max(float(value), 1.0)
    scale = 10 ** (len(str(int(value))) - 1)
    for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if step * scale >= value:
            return step * scale
    return 10 * scale


def due_words(burnup, on):
    """[(截止日期, “举证上传 10月31日”)]，同一天截止的几步写在一起；没定截止日期的不在里面。"""
    dues = {}
    for row in burnup.figures.milestones:
        if not row.undated:
            dues.setdefault(row.due_on, []).append(row.milestone.name)
    return [
        (day, f"{'、'.join(names)} {date_beside(day, on)}") for day, names in sorted(dues.items())
    ]


def totals_on(burnup, day):
    """(上报, 核实)；靠监测的是 (None, 那天的监测数)，还没有数的是 None。"""
    if burnup.by_patches:
        return burnup.reported.at(day), burnup.confirmed.at(day)
    has_any = day >= burnup.confirmed.days[0]
    return None, burnup.confirmed.at(day) if has_any else None


def axis_of(burnup):
    """(纵轴的底, 顶)：从 0 起；底线任务的数离 0 远、变得少，从比最小的略小的整齐数起。"""
    totals = [*burnup.reported.totals, *burnup.confirmed.totals]
    if burnup.by_patches:
        return 0, nice_top(Decimal(max([burnup.goal or 0, *totals, 1])) * Decimal("1.05"))
    goals = [row.need.quota for row in burnup.figures.milestones if row.need.quota is not None]
    values = [float(value) for value in [*totals, *goals]]
    high = max(values) or 1.0
    low = min(values) if burnup.figures.target.is_floor else 0.0
    room = max(high - low, high / 1000) * 0.05
    return nice_range(low - room if low else 0.0, high + room)


def nice_range(low, high):
    """(底, 顶)：两格，每格是整齐数，装得下 low 到 high。"""
    scale = 10 ** floor(log10((high - low) / 2 or 1))
    for step in (scale * size for size in NICE_STEPS):
        base = floor(low / step) * step
        if base + 2 * step >= high:
            return base, base + 2 * step
    return base, high


def tick_words(value):
    """纵轴上的数；十万以上的写成万，窄处也写得下。"""
    return f"{value / 10_000:g}万" if value >= 100_000 else f"{value:g}"


def opening(burnup, plan, on):
    """横轴从哪天起：第一条记录、第一个截止日期、看的那天里最早的，它的上月初，不早于方案开始；前面没有动静的月份不画。"""
    days = [
        on,
        *burnup.reported.days[:1],
        *burnup.confirmed.days[:1],
        *(row.due_on for row in burnup.figures.milestones),
    ]
    first = min(days).replace(day=1) - timedelta(days=1)
    return max(plan.starts_on, first.replace(day=1))


def chart(burnup, plan, on):
    """BurnUp → 坐标。横轴是方案的起止（看的日子在结束以后就延到那天，最多 90 天）。"""
    start, end = (
        opening(burnup, plan, on),
        max(plan.ends_on, min(on, plan.ends_on + timedelta(days=90))),
    )
    span = max((end - start).days, 1)
    now = min(max(on, start), end)
    low, high = axis_of(burnup)
    across, up = WIDTH / span, HEIGHT / (high - low)

    first = start.toordinal()

    def x(day):
        place = day.toordinal() - first
        return round(LEFT + across * (min(place, span) if place > 0 else 0), 1)

    def y(value):
        return round(TOP + HEIGHT - up * (float(value) - low), 1)

    def path(curve):
        """阶梯线：没有记录的日子是平的，到看的那天为止；靠监测的从第一个数画起。"""
        steps = "".join(
            [f"H{x(day)}V{y(total)}" for day, total in zip(curve.days, curve.totals, strict=True)]
        )
        begun = (
            f"{x(start)} {y(0)}"
            if burnup.by_patches
            else f"{x(curve.days[0])} {y(curve.totals[0])}"
        )
        return f"M{begun}{steps}H{x(now)}"

    def dots():
        """靠监测的每个数一个点：才录了一个数的，线短得看不见。"""
        if burnup.by_patches:
            return []
        curve = burnup.confirmed
        return [(x(day), y(value)) for day, value in zip(curve.days, curve.totals, strict=True)]

    def goal_path():
        """任务数的线；靠监测的几步自己写了数的，一段段地画到各步的截止。"""
        if not burnup.goal:
            return ""
        line, last = "", burnup.goal
        for row in [] if burnup.by_patches else burnup.figures.milestones:
            if row.need.quota is not None:
                last = row.need.quota
                line += f"{'V' if line else f'M{LEFT} '}{y(last)}H{x(row.due_on)}"
        return f"{line or f'M{LEFT} {y(last)}'}H{LEFT + WIDTH}"

    projection, spot = "", None
    ahead = burnup.forecast
    if ahead and ahead.done_on and ahead.unit == burnup.unit and on <= plan.ends_on:
        line = burnup.figures.next_milestone
        reached = line.reached if burnup.unit == "亩" else line.reached_count
        stop = min(ahead.done_on, end)
        spot = Spot(x(now), y(reached), line.milestone.name if line not in burnup.drawn else "")
        projection = f"M{spot.x} {spot.y}L{x(stop)} {y(reached + ahead.pace * (stop - on).days)}"
    deadlines = [Mark(x(day), words) for day, words in due_words(burnup, on)]
    months = [Mark(x(day), f"{day.month}月") for day in month_starts(start, end)]
    months = [
        mark for mark in months[:: 1 if len(months) <= 6 else 2] if mark.x < LEFT + WIDTH - 12
    ]
    ticks = [(y(value), tick_words(value)) for value in (low, (low + high) / 2, high)]
    ends = [
        day - timedelta(days=1)
        for day in month_starts(start + timedelta(days=1), now + timedelta(days=1))
    ]
    ends += [] if now in ends else [now]
    return Chart(
        on,
        burnup,
        path(burnup.confirmed),
        path(burnup.reported) if burnup.by_patches else "",
        projection,
        spot,
        goal_path(),
        dots(),
        x(now) if start <= on <= end else None,
        deadlines,
        months,
        ticks,
        [(day, *totals_on(burnup, day)) for day in ends],
    )


def month_starts(start, until):
    """start 到 until（含两头）的每个月一日。"""
    days, day = [], start.replace(day=1)
    while day <= until:
        if day >= start:
            days.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return days
