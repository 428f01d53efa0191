"""演示图形：编出来的田块，排在镇的大致方位附近，村的位置也是编的；大小和演示图斑的面积对得上。"""

from collections import defaultdict
from math import cos, pi, sin, sqrt
from random import Random

import numpy as np
import shapely

from plots.geometry.attach import put, refresh
from plots.models import Patch
from plots.models.checks import GeometryCheck
from plots.models.shapes import PatchShape
from taiping.demo.casting import SEED
from taiping.ground.geometry.measure import metres_per_degree
from taiping.ground.geometry.shapes import tidy_shapes

CENTRE = (106.05, 29.85)  # 镇的大致经纬度
APART_M = 1900  # 两个村的中心隔多远
ROOM = 1.7  # 一格是最大一块的边长的多少倍
SQM_PER_MU = 2000 / 3
UNLIKE = 12  # 每这么多块里，有一块画得和面积不符


def load():
    """给没有图形的演示图斑画上图形，返回块数。拆分出来的画在原图斑里面。"""
    patches = list(Patch.objects.filter(is_demo=True, shape=None).order_by("village__order", "pk"))
    by_village, children = defaultdict(list), defaultdict(list)
    for patch in patches:
        (
            children[patch.split_from_id] if patch.split_from_id else by_village[patch.village_id]
        ).append(patch)
    drawn = {}
    for place, (_, group) in enumerate(sorted(by_village.items())):
        for patch, quad in zip(group, fields(group, _seat(place), place), strict=True):
            drawn[patch.pk] = strip(quad, 0, 1)
            drawn.update(_shares(quad, patch, children))
    shapes = tidy_shapes([shapely.Polygon(degrees(ring)) for ring in drawn.values()], "EPSG:4490")
    put({pk: shape for pk, shape in zip(drawn, shapes, strict=True) if not shape.problem})
    refresh(set(drawn))
    return len(drawn)


def clear():
    """图形跟着图斑清；先清它们，图斑的条数才数得准。"""
    GeometryCheck.objects.filter(patch__is_demo=True).delete()
    return {"图形": PatchShape.objects.filter(patch__is_demo=True).delete()[0]}


def _shares(quad, patch, children):
    """原图斑拆成几块：按面积把它切成几条；拆出来的又拆，就再切。"""
    pieces = children.get(patch.pk, [])
    whole, at = sum(piece.area_mu for piece in pieces), 0.0
    for piece in pieces:
        end = at + float(piece.area_mu / whole)
        ring = strip(quad, at, end)
        yield piece.pk, ring
        yield from _shares([ring[0], ring[1], ring[2], ring[3]], piece, children)
        at = end


def _seat(place):
    """第几个村的中心，离镇中心的米数：一个在中间，其余一圈一圈围着。"""
    if not place:
        return 0.0, 0.0
    ring = int((sqrt(12 * place - 3) - 3) / 6) + 1
    turn = 2 * pi * (place - 3 * ring * (ring - 1) - 1) / (6 * ring)
    return APART_M * ring * cos(turn), APART_M * ring * sin(turn)


def fields(group, seat, place):
    """一个村的图斑 → 四个角（米），一块一格，互不相叠，歪歪扭扭。"""
    rng = Random(f"{SEED}-图形-{place}")
    sides = [sqrt(float(patch.area_mu) * SQM_PER_MU) for patch in group]
    room, across = max(sides) * ROOM, max(round(sqrt(len(group) * 1.6)), 1)
    cells = [(number % across, number // across) for number in range(round(len(group) * 1.6))]
    for number, ((column, line), side) in enumerate(
        zip(rng.sample(cells, len(group)), sides, strict=True)
    ):
        slack = (room - side * ROOM) / 2
        shift = [rng.uniform(-slack, slack), rng.uniform(-slack, slack)]
        centre = np.array(seat) + room * (np.array([column, line]) - across / 2) + shift
        stretch = rng.uniform(0.8, 1.25)
        turn = rng.uniform(-0.5, 0.5)
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2 * [stretch, 1 / stretch]
        corners += [[rng.uniform(-0.09, 0.09) * side for _ in range(2)] for _ in range(4)]
        corners = corners @ np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
        wrong = (
            rng.uniform(0.85, 0.9)
            if (place + number) % UNLIKE == UNLIKE - 1
            else rng.uniform(0.99, 1.01)
        )
        yield corners * sqrt(wrong) * side / sqrt(shapely.area(shapely.Polygon(corners))) + centre


def strip(quad, start, end):
    """四边形沿宽度切下的一条，start、end 是 0 到 1。"""
    low, right, high, left = (np.array(corner) for corner in quad)
    return [
        low + (right - low) * start,
        low + (right - low) * end,
        left + (high - left) * end,
        left + (high - left) * start,
    ]


def degrees(ring):
    """离镇中心的米数 → 经纬度。"""
    return np.array(ring) / metres_per_degree(CENTRE[1]) + CENTRE
