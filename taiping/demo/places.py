"""演示图形画在哪里：村界；没有村界的，装机时带的方案是镇的大致方位，别的镇是设置里的中央经线；都不知道就不画。"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, sin, sqrt

from django.conf import settings

from plots.geometry.whereabouts import Whereabouts
from taiping.demo.table import table
from taiping.ground.geometry.measure import metres_per_degree
from taiping.ground.libraries import np, shapely
from villages.models import VillageBoundary

APART_M, TURN = 1900, 2.4  # 两个村的中心隔多远；一个村比前一个转过多少弧度


@dataclass
class Places:
    """centre 是镇中心的（经度, 纬度）；seats 是有村界的村 {主键: 村里的一点，离镇中心的米数}；words 说画在哪里。"""

    centre: tuple[float, float]
    words: str
    seats: dict[int, np.ndarray] = field(default_factory=dict)

    def seat(self, village: int, place: int) -> np.ndarray:
        """一个村的中心，离镇中心的米数；没有村界的，第 place 个：一个在中间，其余绕着它一个比一个远。"""
        if village in self.seats:
            return self.seats[village]
        return APART_M * sqrt(place) * np.array([cos(place * TURN), sin(place * TURN)])


def places_of_town() -> Places | None:
    """本镇的演示图形画在哪里；不知道是 None。"""
    boundaries = list(VillageBoundary.objects.order_by("village_id"))
    if boundaries:
        return _by_boundaries(boundaries)
    known = table()["places"]
    if settings.TOWN_NAME == settings.SHIPPED_TOWN:
        return Places(tuple(known["centre"]), "画在镇的大致方位")
    meridian = Whereabouts().meridian
    if meridian is None:
        return None
    latitude = known["latitude"]
    words = f"没有村界，画在中央经线 {meridian}°、北纬 {latitude}° 的地方，纬度是随手定的"
    return Places((meridian, latitude), words)


def _by_boundaries(boundaries):
    inside = {}
    for row in boundaries:
        point = shapely.from_wkb(bytes(row.wkb)).representative_point()
        inside[row.village_id] = np.array([point.x, point.y])
    centre = np.mean(list(inside.values()), axis=0)
    scale = np.array(metres_per_degree(centre[1]))
    seats = {village: (point - centre) * scale for village, point in inside.items()}
    return Places(tuple(centre), "画在各村的村界里", seats)
