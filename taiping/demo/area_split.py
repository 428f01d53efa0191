"""演示图斑的块数、村和面积：按方案里的任务数分，加起来一分不差。只算，不写库。"""

import math
from collections.abc import Sequence
from decimal import Decimal
from statistics import NormalDist

from plots.models import Patch
from taiping.demo.table import Spread, table
from tasks.models import Target
from villages.models import Village

CENT = Decimal("0.01")
MOST = 100  # 一项任务最多几块
MANY = 200  # 任务个数比这还多的，只造这么多块，面积照样少
LOOSE = Decimal("0.6")  # 任务没有亩数时，一块大约多少亩
NUMERALS = "一二三四五六七八"
SIZES = NormalDist(0, 0.55)  # 面积的对数：多数差不多大，少数大几倍


def planned_patches(target: Target, number: int, villages: Sequence[Village]) -> list[Patch]:
    """第 number 项任务的图斑，还没存，按村的顺序编号；面积合计等于任务数，块数等于任务个数（太多的只造一部分）。"""
    spread, rows = Spread(number), {row.village_id: row for row in target.allocations.all()}
    places = [village for village in villages if village.pk in rows] or list(villages)
    shares = [rows.get(village.pk) for village in places]
    quota, quotas = target.quota, _allocated(shares, "quota", target.quota)
    counts = _allocated(shares, "quota_count", target.quota_count)
    if (target.quota_count or 0) > MANY:
        weights = counts or quotas or [1] * len(places)
        quotas, counts = None, apportion(MANY, weights)
        quota = quota and quota * MANY / target.quota_count
    if counts is None:
        weights = quotas or [spread.within(0.6, 1.6) for _ in places]
        counts = apportion(_how_many(target, shares, quotas), weights)
    if quota is None:
        areas = [(LOOSE * _weight(spread)).quantize(CENT) for _ in range(sum(counts))]
    elif quotas and all(counts):
        areas = []
        for share, count in zip(quotas, counts, strict=True):
            areas += split_area(share, count, spread)
    else:  # 没有分到村，或块数不够一村一块
        areas = split_area(quota, sum(counts), spread)
    owners = []
    for village, count in zip(places, counts, strict=True):
        owners += [village] * count
    return [
        Patch(
            target=target,
            village=village,
            code=f"演示-{number:02d}-{place:04d}",
            area_mu=area,
            **_facts(target, place),
        )
        for place, (village, area) in enumerate(zip(owners, areas, strict=True), 1)
    ]


def _how_many(target, shares, quotas):
    """块数：有任务个数就是它；分片施工的按面积的平方根，一块一块清的是它的两倍；没有数的一村一块。"""
    if target.quota_count is not None:
        return target.quota_count
    if target.quota is None:
        return len(shares)
    in_lots = any(share and share.lot for share in shares)
    wanted = round(math.sqrt(target.quota) * (1 if in_lots else 2))
    least = len(shares) if quotas else 1
    return min(max(wanted, least), MOST, int(target.quota / CENT))


def _allocated(shares, name, total):
    """各村分解到的数，齐全、都大于 0、加起来等于任务数时才用；否则 None。"""
    values = [getattr(share, name, None) for share in shares]
    return values if total is not None and all(values) and sum(values) == total else None


def apportion(number: int, weights: Sequence) -> list[int]:
    """把 number 个按权重分成整数，合计不变；够分时每份至少一个。"""
    least = 1 if number >= len(weights) else 0
    rest, whole = number - least * len(weights), sum(weights)
    ideal = [rest * weight / whole for weight in weights]
    counts = [least + int(share) for share in ideal]
    by_remainder = sorted(range(len(weights)), key=lambda place: int(ideal[place]) - ideal[place])
    for place in by_remainder[: number - sum(counts)]:
        counts[place] += 1
    return counts


def split_area(total: Decimal, number: int, spread: Spread) -> list[Decimal]:
    """把 total 亩分成 number 块大小不一的，各两位小数，合计正好是 total：更小的零头落在最大的一块上。"""
    cents = int(total / CENT)
    areas = [count * CENT for count in apportion(cents, [_weight(spread) for _ in range(number)])]
    if areas:
        areas[areas.index(max(areas))] += total - cents * CENT
    return areas


def _weight(spread):
    return Decimal(math.exp(SIZES.inv_cdf(spread.within(0.02, 0.98))))


def _facts(target, place):
    """小地名轮着编；地类、整改路径在表里，按任务代码或类型找，都没有就留空。"""
    facts = table()["facts"]
    options = facts.get(target.code) or facts.get(target.kind) or [{}]
    return {"place": f"演示{NUMERALS[place * 3 % 8]}社", **options[place % len(options)]}
