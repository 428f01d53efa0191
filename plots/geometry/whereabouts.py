"""本镇在哪里：村界；没有村界的看已有的图形；都没有，只知道设置里的中央经线。认坐标系、问远在别处的图形用。"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from django.conf import settings
from django.db.models import F, IntegerField
from django.db.models.functions import Cast

from plots.models import PatchShape
from taiping.ground.actors import actors
from taiping.ground.geometry.crs import meridian_of
from taiping.ground.geometry.measure import ellipsoid, metres_per_degree
from taiping.ground.libraries import np, shapely
from villages.models import VillageBoundary

CELLS = 100  # 一度分几格：十万块图形也只剩几百格，一格一公里左右
BOX = ("min_lon", "min_lat", "max_lon", "max_lat")
ZONE_DEGREES = 2  # 离中央经线这么远的，不在这一带里（3 度带的半边是 1.5 度）
NAMED = 3  # 一句话里点几个名


@dataclass
class Far:
    """远在别处的图形，保存以前要问的那句话；token 认得出问的是哪一句。"""

    sentence: str

    @property
    def token(self) -> str:
        return sha256(self.sentence.encode()).hexdigest()[:16]


class Whereabouts:
    """本镇的大致位置。besides 是不算数的村：正要换成新村界的。"""

    def __init__(self, besides: Collection[int] = ()):
        self.besides = besides

    @cached_property
    def _boxes(self):
        """(对照的是什么, n×4 的外接框)；演示的图形不算。"""
        boundaries = VillageBoundary.objects.exclude(village__in=self.besides).order_by()
        if found := list(boundaries.values_list(*BOX)):
            return f"本{actors.town}的村界", np.array(found)
        cells = (
            PatchShape.objects.current()
            .filter(patch__is_demo=False)  # 演示的图形画在哪里是随手定的
            .order_by()
            .annotate(
                column=Cast(F("min_lon") * CELLS, IntegerField()),
                row=Cast(F("min_lat") * CELLS, IntegerField()),
            )
        )
        corners = np.array(list(cells.values_list("column", "row").distinct())) / CELLS
        if not len(corners):
            return "", corners
        return f"本{actors.town}已有的图形", np.hstack([corners, corners + 1 / CELLS])

    @cached_property
    def meridian(self) -> int | None:
        """本镇所在 3 度带的中央经线；不知道是 None。"""
        _, boxes = self._boxes
        if len(boxes):
            return meridian_of(float(np.median(boxes[:, [0, 2]])))
        return meridian_of(settings.MAP_MERIDIAN)

    def far(self, named: Iterable[tuple[str, shapely.Geometry]]) -> Far | None:
        """(叫什么, EPSG:4490 的图形) 里远在别处的；没有是 None。图形一个个地看，不一下子都摆出来。"""
        names, boxes = [], []
        for name, geometry in named:
            names.append(name)
            boxes.append(geometry.bounds)
        if not names:
            return None
        boxes = np.array(boxes)
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        against, known = self._boxes
        if not len(known) and self.meridian:
            away = np.abs(centres[:, 0] - self.meridian)
            if (away > ZONE_DEGREES).any():
                return self._out_of_zone(names, away)
        if not len(known):
            against, known = "这份文件里大多数图形", np.tile(np.median(centres, axis=0), 2)[None]
        km = _kilometres(centres, known)
        strays = np.flatnonzero(km > settings.MAP_FAR_KM)
        if not len(strays):
            return None
        told = _names(names, strays)
        far = f"离{against}有 {km[strays].min():.0f} 公里"
        most = f"{km[strays].max():.0f} 公里"
        farthest = "" if far.endswith(f" {most}") else f"，最远的 {most}"
        return Far(f"{told}{far}{farthest}，多半是坐标系不对。")

    def _out_of_zone(self, names, away):
        strays = np.flatnonzero(away > ZONE_DEGREES)
        return Far(
            f"{_names(names, strays)}离本{actors.town}的中央经线 {self.meridian}° 有 {away.max():.1f} 度"
            f"（{away.max() * 96:.0f} 公里左右），多半是坐标系不对。"
        )


def _names(names, strays):
    told = "、".join(names[at] for at in strays[:NAMED])
    return (
        f"{told}这 {len(strays)} 个图形"
        if len(strays) <= NAMED
        else f"{told}等 {len(strays)} 个图形"
    )


def _kilometres(centres, boxes):
    """每个点离最近的框多少公里。先按平面找最近的，再在椭球面上量。"""
    scale = np.array(metres_per_degree(float(np.median(boxes[:, [1, 3]]))))
    tree = shapely.STRtree(shapely.box(*(boxes * np.tile(scale, 2)).T))
    points = shapely.points(centres * scale)
    _, nearest = tree.query_nearest(points, all_matches=False)
    there = np.clip(centres, boxes[nearest, :2], boxes[nearest, 2:])
    _, _, metres = ellipsoid().inv(*centres.T, *there.T)
    return np.asarray(metres) / 1000
