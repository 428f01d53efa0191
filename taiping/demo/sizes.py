"""演示图斑的块数、村和面积：按方案里的任务数分，加起来一分不差。只算，不写库。"""

import math
from dataclasses import dataclass, field
from decimal import Decimal

from plots.models import Remedy
from tasks.models import Target

CENT = Decimal("0.01")
NUMERALS = "一二三四五六七八"
# 常见任务的变化后地类；别的任务留空。
LAND_AFTER = {
    "abandoned": ("其他草地", "灌木林地"),
    "restructured": ("果园", "其他园地"),
    "reforested": ("其他林地", "竹林地"),
    "non_grain": ("果园", "坑塘水面", "其他园地"),
}
LAND_OF_REMEDY = {
    Remedy.CONVERSION: "农村宅基地",
    Remedy.FACILITY: "设施农用地",
    Remedy.TITLE: "农村宅基地",
    Remedy.COUNCIL: "农村道路",
    Remedy.RECLAIM: "农村宅基地",
    Remedy.OTHER: "其他",
}


@dataclass
class Spec:
    """要造的一块图斑。area_mu 两位小数（任务数的小数更多时，零头落在最大的一块上）。"""

    number: int
    village: object
    area_mu: Decimal
    facts: dict = field(default_factory=dict)


def specs(target, villages, rng):
    """一项靠图斑量的任务 → [Spec]，按村的顺序编号；面积合计等于任务数，块数等于任务个数。"""
    shares = {row.village_id: row for row in target.allocations.all()}
    places = [village for village in villages if village.pk in shares] or list(villages)
    if not places:
        return []
    number = how_many(target, places, shares)
    weights = [rng.uniform(0.6, 1.6) for _ in places]
    counts = _given(places, shares, "quota_count", target.quota_count)
    quotas = _given(places, shares, "quota", target.quota)
    if counts is None:
        counts = apportion(number, quotas or weights)
    if not all(counts):
        quotas = None  # 块数不够一村一块，分到村的亩数落不下去
    if quotas is None and target.quota:
        if not number:
            return []
        areas = sizes(target.quota, number, rng)
    else:
        areas = []
        for quota, count in zip(quotas or [None] * len(places), counts, strict=True):
            areas += (
                [_loose(rng) for _ in range(count)] if quota is None else sizes(quota, count, rng)
            )
    owners = [village for village, count in zip(places, counts, strict=True) for _ in range(count)]
    return [
        Spec(number, village, area, facts(target, rng))
        for number, (village, area) in enumerate(zip(owners, areas, strict=True), 1)
    ]


def how_many(target, places, shares):
    """块数：有任务个数就是它；分片施工的按面积的平方根，一块一块清的是它的两倍；没有数的一村一块。"""
    if target.quota_count is not None:
        return target.quota_count
    if target.quota is None:
        return len(places)
    in_lots = any(share.lot for share in shares.values())
    wanted = round(math.sqrt(target.quota) * (1 if in_lots else 2))
    split = _given(places, shares, "quota", target.quota)
    return min(max(wanted, len(places) if split else 1), 100, int(target.quota / CENT))


def _given(places, shares, name, total):
    """各村分解到的数，齐全、都大于 0、加起来等于任务数时才用；否则 None。"""
    values = [getattr(shares.get(village.pk), name, None) for village in places]
    if total is None or not all(values) or sum(values) != total:
        return None
    return values


def apportion(number, weights):
    """把 number 个按权重分成整数，合计不变；够分时每份至少一个。"""
    least = 1 if number >= len(weights) else 0
    rest, whole = number - least * len(weights), sum(weights)
    ideal = [rest * weight / whole for weight in weights]
    counts = [least + int(share) for share in ideal]
    by_remainder = sorted(range(len(weights)), key=lambda place: int(ideal[place]) - ideal[place])
    for place in by_remainder[: number - sum(counts)]:
        counts[place] += 1
    return counts


def sizes(total, number, rng):
    """把 total 亩分成 number 块大小不一的，合计正好是 total。"""
    cents = int(total / CENT)
    areas = [count * CENT for count in apportion(cents, [_weight(rng) for _ in range(number)])]
    if areas:
        areas[areas.index(max(areas))] += total - cents * CENT
    return areas


def _weight(rng):
    return min(max(rng.lognormvariate(0, 0.55), 0.25), 3.5)


def _loose(rng):
    return (Decimal(str(round(_weight(rng) * 0.6, 2)))).quantize(CENT)


def facts(target, rng):
    place = f"演示{rng.choice(NUMERALS)}社"
    before = rng.choice(("旱地", "旱地", "水田"))
    if target.kind == Target.Kind.CASES:
        remedy = rng.choice(Remedy.values[:-1])
        return {
            "place": place,
            "land_before": before,
            "land_after": LAND_OF_REMEDY[remedy],
            "remedy": remedy,
        }
    after = rng.choice(LAND_AFTER.get(target.code, ("",)))
    return {"place": place, "land_before": before if after else "", "land_after": after}
