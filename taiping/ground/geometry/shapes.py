"""收拾图形：去掉高程，换成经纬度，修补自相交，只留面；收拾不了的说明为什么。"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from taiping.ground.geometry import crs as crs_tools
from taiping.ground.geometry.allowance import Allowance
from taiping.ground.geometry.measure import area_mu, polygons
from taiping.ground.libraries import np, shapely

PART_POINTS = 300_000  # 一段收拾多少界址点
GRID_DEGREES = 1e-9  # 约 0.1 毫米：同一份图形换一种格式再来，还是一样
KINDS = {
    "Point": "点",
    "LineString": "线",
    "LinearRing": "线",
    "MultiPoint": "点",
    "MultiLineString": "线",
}
TWISTED = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "边线自己碰到自己",
    "Hole lies outside shell": "洞在外圈外面",
}

SWAPPED = "坐标（{:.3f}, {:.3f}）的经纬度像是写反了：应当经度在前。请在制图软件里换过来再导出。"
STRAY = "坐标（{:.3f}, {:.3f}）按 {} 换算不在中国范围内，请核对坐标系。"


@dataclass
class Shape:
    """一个收拾好的面：geometry 是 EPSG:4490 的多边形或多部分；problem 不为空就没有图形可用。"""

    geometry: shapely.Polygon | shapely.MultiPolygon | None = field(default_factory=lambda: None)
    problem: str = ""
    repaired: str = ""  # 修补了什么
    source_crs: str = ""
    has_collapsed: bool = False  # 围不成面
    is_stray: bool = False  # 换算出来不在中国
    is_swapped: bool = False  # 不在中国，横纵坐标换过来才在

    def __getstate__(self) -> dict:
        """送回来的只有 WKB：十万块的图形不用存两份。"""
        state = dict(self.__dict__)
        if "wkb" in state:
            del state["geometry"]
        return state

    def __getattr__(self, name):
        if name == "geometry" and "wkb" in self.__dict__:
            return load(self.wkb)
        raise AttributeError(name)

    @cached_property
    def parts(self) -> int:
        return len(polygons(self.geometry))

    @property
    def is_sliver(self) -> bool:
        """小得量不出面积，或压成了一条线：描图、裁剪留下的碎屑。"""
        return self.has_collapsed or (self.geometry is not None and self.mu <= 0)

    @cached_property
    def wkb(self) -> bytes:
        return shapely.to_wkb(self.geometry)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.wkb).hexdigest()

    @cached_property
    def mu(self) -> Decimal:
        return area_mu(self.geometry)

    def columns(self) -> dict[str, object]:
        """存进 ShapeModel 的几列。"""
        min_lon, min_lat, max_lon, max_lat = (float(value) for value in self.geometry.bounds)
        return {
            "wkb": self.wkb,
            "digest": self.digest,
            "min_lon": min_lon,
            "min_lat": min_lat,
            "max_lon": max_lon,
            "max_lat": max_lat,
            "source_crs": self.source_crs,
            "repaired": bool(self.repaired),
        }


def load(wkb: bytes | memoryview) -> shapely.Geometry:
    """存着的 WKB → shapely 图形；PostgreSQL 给的是 memoryview。"""
    return shapely.from_wkb(bytes(wkb))


def bounds_of(geometries: Sequence[shapely.Geometry | None]) -> tuple[float, ...] | None:
    """一批原始图形的外接框（最小 x, 最小 y, 最大 x, 最大 y）；没有坐标是 None。"""
    corners = []
    for start, end in _parts(geometries):
        present = [each for each in geometries[start:end] if each is not None]
        points = shapely.get_coordinates(np.array(present, dtype=object))
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            corners += [points.min(axis=0), points.max(axis=0)]
    return (*np.min(corners, axis=0), *np.max(corners, axis=0)) if corners else None


def tidy_shapes(
    geometries: Sequence[shapely.Geometry | None],
    crs: str,
    *,
    taking: bool = False,
    tick: Callable | None = None,
) -> list[Shape]:
    """原始图形 → [Shape]，一个不少；crs 是坐标系（“EPSG:4527”或 WKT）。换算不了抛 TableError，收拾不完抛 TooHeavy。

    一段段地收拾，几百万个界址点也不会一下子都摆在内存里；taking 是收拾过的从 geometries 里拿走，不再占着。
    故意画得互相穿来穿去的图形，修补的用时随界址点数的平方增长，所以一共有限度。tick(收拾了几个, 一共) 报进度。
    """
    tidied, parts = [], list(_parts(geometries))
    allowed = Allowance(len(parts) * PART_POINTS)
    for start, end in parts:
        tidied += allowed.do(_tidy_shapes, list(geometries[start:end]), crs)
        if taking:
            geometries[start:end] = [None] * (end - start)
        if tick:
            tick(end, len(geometries))
    return tidied


def _parts(geometries):
    """[(从第几个, 到第几个)]，一段不到 PART_POINTS 个界址点，至少一个图形。"""
    counts = shapely.get_num_coordinates(np.array([*geometries, None], dtype=object))[:-1]
    parts, start, points = [], 0, 0
    for at, count in enumerate(counts):
        if points and points + count > PART_POINTS:
            parts.append((start, at))
            start, points = at, 0
        points += int(count)
    return [*parts, (start, len(counts))] if len(counts) else []


def _tidy_shapes(geometries, crs):
    name = crs_tools.short_name(crs)
    shapes = [Shape(problem=_missing(geometry), source_crs=name) for geometry in geometries]
    good = [at for at, shape in enumerate(shapes) if not shape.problem]
    flat = shapely.force_2d(np.array([geometries[at] for at in good], dtype=object))
    points, owners = shapely.get_coordinates(flat, return_index=True)
    degrees = crs_tools.to_degrees(crs, points)
    is_outside = ~crs_tools.in_china(degrees)
    strays = {}  # 第几个图形 → 它第一个落在外面的点
    for owner, point in zip(owners[is_outside], points[is_outside], strict=True):
        strays.setdefault(int(owner), point)
    moved = shapely.set_coordinates(flat, degrees)
    for at, (index, geometry) in enumerate(zip(good, moved, strict=True)):
        if at in strays:
            _stray(shapes[index], flat[at], strays[at], name)
        else:
            _repair(shapes[index], geometry)
    return shapes


def _stray(shape, geometry, point, name):
    """落在中国以外的：写反了的说写反了。"""
    turned = shapely.get_coordinates(geometry)[:, ::-1]
    if crs_tools.judge((*turned.min(axis=0), *turned.max(axis=0))) == crs_tools.STORED_EPSG:
        shape.problem = SWAPPED.format(*point)
        shape.is_swapped = True
    else:
        shape.problem = STRAY.format(*point, name)
        shape.is_stray = True


def _missing(geometry):
    """没有面可用的，说明为什么。"""
    if geometry is None:
        return "没有图形。请在制图软件里补画，或删掉这一行。"
    points = shapely.get_coordinates(geometry)
    if geometry.is_empty or not len(points):
        return "图形是空的。请在制图软件里补画，或删掉这一行。"
    if geometry.geom_type in KINDS:
        return f"图形是{KINDS[geometry.geom_type]}，不是面。图斑要用面图层。"
    if not np.isfinite(points).all():
        return "有的界址点没有坐标，图形读不全。请在制图软件里检查这个图形。"
    return ""


def _repair(shape, geometry):
    """修补、取整、统一方向；修不成面的写明。"""
    if not shapely.is_valid(geometry):
        said = shapely.is_valid_reason(geometry).partition("[")[0].strip()
        shape.repaired = TWISTED.get(said, "不规范")
        geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    kept = polygons(geometry)
    if kept:
        whole = kept[0] if len(kept) == 1 else shapely.union_all(kept)
        kept = polygons(shapely.set_precision(whole, GRID_DEGREES))
    if not kept:
        shape.has_collapsed = True
        shape.problem = "图形破损，围不成面。请在制图软件里重画这个图形。"
        return
    geometry = kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)
    shape.geometry = shapely.orient_polygons(shapely.normalize(geometry))
    _ = shape.wkb, shape.digest, shape.mu, shape.parts  # 在这里算好带走：写入的时候占着写锁
