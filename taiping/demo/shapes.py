"""演示图形：编出来的田块，大小和演示图斑的面积对得上，位置见 places：有村界的画在村里，没有的村的位置也是编的。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from math import cos, sin, sqrt
from random import Random

from plots.geometry.attach import put, refresh
from plots.models import Patch
from plots.models.checks import GeometryCheck
from plots.models.shapes import PatchShape
from taiping.demo.places import places_of_town
from taiping.ground.geometry.measure import metres_per_degree
from taiping.ground.geometry.shapes import tidy_shapes
from taiping.ground.libraries import np, shapely

ROOM = 1.7  # 一格是最大一块的边长的多少倍
LOOSE = 1.6  # 格子数是块数的多少倍，空着的散在中间
SQM_PER_MU = 2000 / 3
UNLIKE = 12  # 每这么多块里，有一块画得和面积不符
SQUARE = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))


def load() -> int:
    """给没有图形的演示图斑画上图形，返回块数；不知道镇在哪里的不画。拆分出来的画在原图斑里面。"""
    places = places_of_town()
    if places is None:
        return 0
    by_village, children = defaultdict(list), defaultdict(list)
    for patch in Patch.objects.filter(is_demo=True, shape=None).order_by("village__order", "pk"):
        if patch.split_from_id:
            children[patch.split_from_id].append(patch)
        else:
            by_village[patch.village_id].append(patch)
    drawn = {}
    for place, (village, group) in enumerate(sorted(by_village.items())):
        seat = places.seat(village, place)
        for patch, ring in zip(group, fields(group, place), strict=True):
            drawn[patch.pk] = ring + seat
            drawn.update(_parts(drawn[patch.pk], children[patch.pk]))
    centre = places.centre
    rings = [np.array(ring) / metres_per_degree(centre[1]) + centre for ring in drawn.values()]
    shapes = tidy_shapes([shapely.Polygon(ring) for ring in rings], "EPSG:4490")
    put({pk: shape for pk, shape in zip(drawn, shapes, strict=True) if not shape.problem})
    refresh(set(drawn))
    return len(drawn)


def told(number: int) -> str:
    """画了几个、画在哪里，一句话。"""
    places = places_of_town()
    if places is None:
        return (
            "没有画演示图形：没有村界，设置里也没有中央经线 MAP_MERIDIAN，不知道镇在哪里。"
            "要画的，写上 MAP_MERIDIAN，清掉演示数据再装一次。"
        )
    return f"演示图形 {number} 个，{places.words}，不是真的地块。"


def clear() -> dict[str, int]:
    """图形跟着图斑清；先清它们，图斑的条数才数得准。"""
    GeometryCheck.objects.filter(patch__is_demo=True).delete()
    return {"图形": PatchShape.objects.filter(patch__is_demo=True).delete()[0]}


def fields(group: list[Patch], place: int) -> Iterator[np.ndarray]:
    """第 place 个村的图斑 → 四个角（离村中心的米数），一块一格，互不相叠，歪歪扭扭。"""
    rng = Random(place)
    sides = [sqrt(float(patch.area_mu) * SQM_PER_MU) for patch in group]
    room, across = max(sides) * ROOM, max(round(sqrt(len(group) * LOOSE)), 1)
    cells = rng.sample(range(round(len(group) * LOOSE)), len(group))
    for number, (cell, side) in enumerate(zip(cells, sides, strict=True)):
        slack = (room - side * ROOM) / 2
        shift = [rng.uniform(-slack, slack), rng.uniform(-slack, slack)]
        corner = np.array([cell % across, cell // across]) - across / 2
        stretch, turn = rng.uniform(0.8, 1.25), rng.uniform(-0.5, 0.5)
        ring = np.array(SQUARE) * [stretch, 1 / stretch]
        ring += [[rng.uniform(-0.09, 0.09), rng.uniform(-0.09, 0.09)] for _ in SQUARE]
        ring = ring @ np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
        unlike = (place + number) % UNLIKE == UNLIKE - 1
        wrong = rng.uniform(0.85, 0.9) if unlike else rng.uniform(0.99, 1.01)
        ring *= side * sqrt(wrong / shapely.area(shapely.Polygon(ring)))
        yield ring + room * corner + shift


def _parts(ring, pieces):
    """原图斑拆成几块：按面积把它沿宽度切成几条。"""
    low, right, high, left = ring
    whole, start = sum(piece.area_mu for piece in pieces), 0.0
    for piece in pieces:
        end = start + float(piece.area_mu / whole)
        foot = [low + (right - low) * share for share in (start, end)]
        head = [left + (high - left) * share for share in (end, start)]
        yield piece.pk, foot + head
        start = end
