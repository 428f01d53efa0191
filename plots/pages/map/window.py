"""地图窗口：现在看的是哪一块、多大比例。"""

import math
from dataclasses import dataclass

from django.db.models import Q

from taiping.ground.web import whole_number

WORLD = (-180.0, -90.0, 180.0, 90.0)
ZOOMS = range(25)
TILE_PX = 256


class BadWindow(ValueError):
    """框或缩放级别写错了，话是给人看的。"""


@dataclass(frozen=True)
class Window:
    """框（EPSG:4490，度）和缩放级别；级别 0 是全世界 256 像素宽，每加一级大一倍。"""

    west: float
    south: float
    east: float
    north: float
    zoom: int

    @classmethod
    def asked(cls, params):
        """地址参数 bbox=西,南,东,北 和 zoom；没写 bbox 是全部，写错抛 BadWindow。"""
        return cls(*_box(params.get("bbox", "")), _zoom(params.get("zoom", "")))

    @property
    def pixel(self):
        """一个像素多少度（经度；纬度上的一度更长，按它算偏细，不会漏）。"""
        return 360 / (TILE_PX * 2**self.zoom)

    def contains(self, prefix=""):
        """外接框和窗口相交的条件；prefix 是到外接框那张表的路，如 “shape__”。"""
        return Q(
            **{
                f"{prefix}min_lon__lte": self.east,
                f"{prefix}max_lon__gte": self.west,
                f"{prefix}min_lat__lte": self.north,
                f"{prefix}max_lat__gte": self.south,
            }
        )

    def holds_spot(self):
        """没有图形、发现时的位置在窗口里的条件。"""
        return Q(
            shape__isnull=True,
            found_lon__range=(self.west, self.east),
            found_lat__range=(self.south, self.north),
        )


def _box(text):
    if not text:
        return WORLD
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
        raise BadWindow(
            f"bbox 是“{text[:60]}”，要写成四个数：西,南,东,北（度），如 110.0,30.0,110.1,30.1。"
        )
    west, south, east, north = numbers
    if west > east or south > north:
        raise BadWindow(f"bbox 是“{text[:60]}”，西要小于东，南要小于北。")
    return tuple(
        max(low, min(high, number))
        for number, low, high in zip(
            numbers, (WORLD[0], WORLD[1]) * 2, (WORLD[2], WORLD[3]) * 2, strict=True
        )
    )


def _zoom(text):
    if not text:
        return 16
    zoom = whole_number(text, 2)
    if zoom not in ZOOMS:
        raise BadWindow(f"zoom 是“{text[:20]}”，要填 0 到 {ZOOMS[-1]} 的整数。")
    return zoom
