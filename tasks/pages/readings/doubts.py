"""监测数像不像写错了：和上次、和任务数差得多的，录入以前再问一遍。"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db.models import Q

from taiping.ground.actors import actors
from taiping.ground.area import spoken
from taiping.ground.dates import long_date
from taiping.ground.words import more_or_less
from tasks.models import Allocation, Reading, Target
from villages.models import Village

FAR = Decimal("0.05")  # 差 5% 以上
DIGIT = 5  # 差五倍以上的，多半是多写、少写了一位

Range = tuple[Decimal | None, Decimal | None]
NO_QUOTA = None, None
Values = Mapping[Village | None, Decimal]  # 村（None 是全镇）→ 填的数


def questions(target: Target, on: date, values: Values) -> list[str]:
    """要再问一遍的，一个数一句话，写着填的数和比的数；两次查询，不论几个村。

    底线是存量：比上次、比任务数多了少了 5% 以上都问。工作量是越做越多的累计数：没到任务数、比上次多都是常事，
    只问比上次少的、超出任务数的，和一下子多了一位的。有上级、有“其中”的，“其中”加起来多过上级的也问。
    """
    readings, quotas = _readings_of_family(target), _quotas(target)
    found = []
    for village, value in values.items():
        key = village.pk if village else None
        last = _last(readings.get((target.pk, key), []), on)
        found.append(_question(target, village, value, last, quotas.get(key, NO_QUOTA)))
        found.append(_more_than_the_whole(target, village, value, on, readings))
    return [sentence for sentence in found if sentence]


def _readings_of_family(target):
    """(任务, 村) → 它的监测，先后为序；任务是它自己、它的上级和各项“其中”、自己的“其中”。"""
    family = Q(target=target) | Q(target__parent=target)
    if target.parent_id:
        family |= Q(target=target.parent_id) | Q(target__parent=target.parent_id)
    rows = Reading.objects.filter(family).standing().select_related("target")
    found = defaultdict(list)
    for reading in rows.order_by("on", "created_at", "pk"):
        found[reading.target_id, reading.village_id].append(reading)
    return found


def _last(readings, on):
    """那天和那天以前最近的一次；以前没有的，是以后最早的一次。"""
    before = [reading for reading in readings if reading.on <= on]
    return before[-1] if before else next(iter(readings), None)


def _more_than_the_whole(target, village, value, on, readings):
    """同一个地方，各项“其中”那天的数（这一项照填的）加起来多过上级的。单位不一样的不比。"""
    latest = {target.pk: (target, value)}
    for (pk, place), rows in readings.items():
        before = [row for row in rows if row.on <= on and row.target.unit == target.unit]
        if before and pk != target.pk and place == (village.pk if village else None):
            latest[pk] = before[-1].target, before[-1].value
    for whole in (target.parent_id, target.pk):
        parts = [each for part, each in latest.values() if part.parent_id == whole]
        if whole in latest and sum(parts) > latest[whole][1]:
            own, most = latest[whole]
            name = village.name if village else f"全{actors.town}"
            return (
                f"{name}“{own.name}”的各项“其中”一共 {spoken(sum(parts))} {target.unit}，"
                f"它自己是 {spoken(most)} {target.unit}，{more_or_less(sum(parts) - most, target.unit)}。"
            )
    return ""


def _quotas(target):
    """村（None 是全镇）→ (任务数, 最多的)：定了一个数的两样一样。"""
    rows = Allocation.objects.filter(target=target, quota__isnull=False)
    found = {None: (target.quota, target.quota)}
    for village, least, most in rows.values_list("village_id", "quota", "quota_most"):
        found[village] = least, least if most is None else most
    return found


def _question(target: Target, village, value, last: Reading | None, quota: Range) -> str:
    parts, (least, most) = [], quota
    quota = most if most is not None and value > most else least
    if most is not None and least <= value <= most:
        quota = None  # 在两头之间
    if last and is_far(value, last.value, more=target.is_floor):
        parts.append(_compared(f"上次（{long_date(last.on)}）", value, last.value, target.unit))
    if quota is not None and is_far(value, quota, less=target.is_floor):
        parts.append(_compared("任务数", value, quota, target.unit))
    if not parts:
        return ""
    name = village.name if village else f"全{actors.town}"
    return f"{name}填的是 {spoken(value)} {target.unit}；{'；'.join(parts)}。"


def is_far(value: Decimal, other: Decimal, *, more: bool = True, less: bool = True) -> bool:
    """差得多不多。more、less 是多了、少了算不算差；多出一位的总是算。"""
    if not other:
        return False
    if value > other:
        return value - other > other * FAR if more else value >= other * DIGIT
    return less and other - value > other * FAR


def _compared(what, value, other, unit):
    words = f"{what}是 {spoken(other)} {unit}，{more_or_less(value - other, unit)}"
    if value >= other * DIGIT:
        return f"{words}，像是多写了一位"
    if value * DIGIT <= other:
        return f"{words}，像是少写了一位"
    return words
