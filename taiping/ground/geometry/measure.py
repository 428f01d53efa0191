"""量算：CGCS2000 椭球面上的面积和距离。面积 m²，距离米，坐标是经纬度。"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import pi

from taiping.ground.area import mu_from_sqm
from taiping.ground.libraries import np, pyproj, shapely

AXIS_M = 6378137.0  # CGCS2000 的长半轴，米
INVERSE_FLATTENING = 298.257222101
DEGREE = pi / 180


@cache
def ellipsoid() -> pyproj.Geod:
    return pyproj.Geod(a=AXIS_M, rf=INVERSE_FLATTENING)


def polygons(geometry: shapely.Geometry | None) -> list[shapely.Polygon]:
    """面里的各个多边形；点、线、空的没有。"""
    if geometry is None or geometry.is_empty:
        return []
    if geometry.geom_type == "Polygon":
        return [geometry]
    parts = []
    for piece in getattr(geometry, "geoms", ()):
        parts += polygons(piece)
    return parts


def _ring_sqm(ring):
    lon, lat = shapely.get_coordinates(ring).T
    return abs(ellipsoid().polygon_area_perimeter(lon, lat)[0])


def area_sqm(geometry: shapely.Geometry | None) -> float:
    """椭球面上的面积，m²。外圈减内圈，和各圈画的方向无关。"""
    total = 0
    for part in polygons(geometry):
        holes = sum(_ring_sqm(hole) for hole in part.interiors)
        total += _ring_sqm(part.exterior) - holes
    return total


def area_mu(geometry: shapely.Geometry | None) -> Decimal:
    """椭球面上的面积，亩，6 位小数。"""
    sqm = Decimal(repr(area_sqm(geometry)))
    return mu_from_sqm(sqm).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """这个纬度上一度经线差、一度纬线差各多少米。"""
    squared = 1 - (1 - 1 / INVERSE_FLATTENING) ** 2
    root = 1 - squared * np.sin(lat * DEGREE) ** 2
    east = AXIS_M / np.sqrt(root) * np.cos(lat * DEGREE)
    north = AXIS_M * (1 - squared) / root**1.5
    return east * DEGREE, north * DEGREE


def rough_sqm(geometries: np.ndarray, lat: float) -> np.ndarray:
    """一批图形在 lat 附近的大致面积，m²（误差千分之一以内），只用来挑出值得细算的。"""
    east, north = metres_per_degree(lat)
    return shapely.area(geometries) * east * north


def distance_m(geometry: shapely.Geometry, lon: float, lat: float) -> float:
    """点到面的最近距离，米；在面里（含边上）是 0。"""
    point = shapely.Point(lon, lat)
    if geometry.intersects(point):
        return 0.0
    scale = np.array(metres_per_degree(lat))
    local = shapely.transform(geometry, lambda xy: xy * scale)
    way = shapely.shortest_line(shapely.Point(lon * scale[0], lat * scale[1]), local)
    return ellipsoid().inv(lon, lat, *(way.coords[1] / scale))[2]
