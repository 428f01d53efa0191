"""坐标系：文件写的、按数值判断的、人确认的；都换成 EPSG:4490（CGCS2000 经纬度，先经后纬）。

CGCS2000 与 WGS84 当作同一套经纬度（差几厘米），西安 80、北京 54 差几十到上百米，不能直接换。
"""

from __future__ import annotations

import re
from functools import lru_cache

from taiping.ground.libraries import np, pyproj
from taiping.ground.tables import TableError

STORED_EPSG = 4490
CGCS2000_AXIS_M = (
    6378137.0  # CGCS2000、WGS84、GRS80 的长半轴；西安 80 是 6378140，北京 54 是 6378245
)
CHINA_DEGREES = (73.0, 3.0, 136.0, 54.0)  # 经纬度范围：换算结果落在外面，就是坐标系不对
OLD_DATUMS = (("西安80", ("xian", "1980", "iag")), ("北京54", ("beijing", "1954", "krass")))
OLD_DEGREES = {"西安80": "EPSG:4610", "北京54": "EPSG:4214"}
EPSG = re.compile(r"(?:EPSG:)?(\d{4,6})", re.IGNORECASE)
THREE_DEGREE_ZONES = range(25, 46)  # 中央经线 75°–135°
SIX_DEGREE_ZONES = range(13, 24)  # 中央经线 75°–135°，隔 6°
GAUSS = ("Transverse Mercator", "Gauss-Kruger", "Gauss_Kruger")
PLANE_M = (100_000, 1_000_000)  # 没有带号的横坐标
NORTH_M = (300_000, 6_000_000)  # 纵坐标


def three_degree(zone: int) -> int:
    """3 度带带号（25–45）→ 横坐标带带号的 EPSG 代码。"""
    return 4513 + zone - 25


def three_degree_by_meridian(meridian: int) -> int:
    """中央经线（75–135，3 的倍数）→ 横坐标不带带号的 3 度带 EPSG 代码。"""
    return 4534 + (meridian - 75) // 3


def six_degree(zone: int) -> int:
    """6 度带带号（13–23）→ 横坐标带带号的 EPSG 代码。"""
    return 4491 + zone - 13


def six_degree_by_meridian(meridian: int) -> int:
    """中央经线（75、81……135）→ 横坐标不带带号的 6 度带 EPSG 代码。"""
    return 4502 + (meridian - 75) // 6


def _three_degree_labels(zone):
    meridian = zone * 3
    return {
        three_degree_by_meridian(meridian): f"CGCS2000 3 度带中央经线 {meridian}°，横坐标没有带号",
        three_degree(zone): (
            f"CGCS2000 3 度带 {zone} 带（中央经线 {meridian}°），横坐标前面有带号 {zone}"
        ),
    }


def _six_degree_labels(zone):
    meridian = zone * 6 - 3
    return {
        six_degree_by_meridian(meridian): f"CGCS2000 6 度带中央经线 {meridian}°，横坐标没有带号",
        six_degree(zone): (
            f"CGCS2000 6 度带 {zone} 带（中央经线 {meridian}°），横坐标前面有带号 {zone}"
        ),
    }


DEGREES_LABELS = {STORED_EPSG: "CGCS2000 经纬度", 4326: "WGS84 经纬度"}
LABELS = dict(DEGREES_LABELS)
for each in THREE_DEGREE_ZONES:
    LABELS |= _three_degree_labels(each)
for each in SIX_DEGREE_ZONES:
    LABELS |= _six_degree_labels(each)


def meridian_of(lon: float) -> int | None:
    """经度（度）→ 所在 3 度带的中央经线；带外是 None。"""
    zone = int(lon / 3 + 0.5)
    return zone * 3 if zone in THREE_DEGREE_ZONES else None


def label(code: int) -> str:
    """给人看的名字：EPSG 代码 → “CGCS2000 3 度带 39 带……（EPSG:4527）”。"""
    return f"{LABELS.get(code) or pyproj.CRS.from_epsg(code).name}（EPSG:{code}）"


def choices(meridian: int | None = None, *more: int | None) -> list[tuple[int, str]]:
    """可选的坐标系：[(代码, 名字)]，3 度带、6 度带的每一带都有。

    meridian 是本镇的中央经线，那几带排在最前；more 是另外要列出的代码，更在前面。
    """
    codes = [code for code in more if code]
    own = _own_labels(meridian) if meridian else {}
    return [(code, label(code)) for code in dict.fromkeys([*codes, *DEGREES_LABELS, *own, *LABELS])]


def _own_labels(meridian):
    zones = _three_degree_labels(meridian // 3)
    return zones | _six_degree_labels((meridian + 3) // 6)


def judge(bounds: tuple[float, float, float, float], meridian: int | None = None) -> int | None:
    """按坐标的大小判断：(最小 x, 最小 y, 最大 x, 最大 y) → EPSG 代码；判断不出是 None。

    横坐标没有带号的，看不出是哪一带：meridian 是本镇的中央经线，不知道就判断不出。
    """
    min_x, min_y, max_x, max_y = bounds
    if not np.isfinite(bounds).all():
        return None
    west, south, east, north = CHINA_DEGREES
    if west <= min_x and max_x <= east and south <= min_y and max_y <= north:
        return STORED_EPSG
    if not is_plane(bounds):
        return None
    if min_x < PLANE_M[1]:
        return meridian and three_degree_by_meridian(meridian)
    zone = int(min_x // 1_000_000)
    return three_degree(zone) if zone in THREE_DEGREE_ZONES else six_degree(zone)


def is_plane(bounds: tuple[float, float, float, float]) -> bool:
    """像高斯投影的平面坐标（先东后北）：横坐标有没有带号都算。"""
    min_x, min_y, max_x, max_y = bounds
    if not (min_y >= NORTH_M[0] and max_y <= NORTH_M[1]):
        return False
    if min_x >= PLANE_M[0] and max_x < PLANE_M[1]:
        return True
    zone = int(min_x // 1_000_000)
    is_known = zone in THREE_DEGREE_ZONES or zone in SIX_DEGREE_ZONES
    return is_known and zone == int(max_x // 1_000_000)


def is_swapped(bounds: tuple[float, float, float, float]) -> bool:
    """照先经后纬（先东后北）哪里也不是，反过来才是：坐标写反了。"""
    if not np.isfinite(bounds).all():
        return False
    min_x, min_y, max_x, max_y = bounds
    turned = (min_y, min_x, max_y, max_x)
    if judge(bounds) or is_plane(bounds):
        return False
    return bool(judge(turned)) or is_plane(turned)


def contradiction(text: str, east: float) -> str:
    """文件写的坐标系和坐标对不上的一句话；没有看出来是空的。east 是有代表的一个横坐标，看它前面的带号。"""
    crs, _ = understand(text)
    if crs is None or crs.is_geographic or not np.isfinite(east):
        return ""
    given = {each.name: each.value for each in crs.coordinate_operation.params}
    middle = given.get("False easting", 0)
    is_gauss = crs.coordinate_operation.method_name in GAUSS and middle >= PLANE_M[0]
    if not is_gauss or east // 1_000_000 == middle // 1_000_000:
        return ""
    return (
        f"文件写的坐标系是“{crs.name}”，横坐标应当在 {middle:.0f} 左右，"
        f"可是坐标的横坐标是 {east:.0f}，对不上。"
    )


@lru_cache(maxsize=64)
def understand(text: str) -> tuple[pyproj.CRS | None, str]:
    """文件写的坐标系 → (CRS, 为什么不能直接用)；认不出时 CRS 是 None。"""
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None, "文件里写的坐标系认不出"
    plane = crs.sub_crs_list[0] if crs.is_compound else crs
    base = plane.geodetic_crs
    if base is None or base.ellipsoid is None:
        return None, "文件里写的坐标系认不出"
    if base.ellipsoid.semi_major_metre != CGCS2000_AXIS_M:
        old = _old_datum(plane) or f"“{plane.name}”"
        return None, f"文件写的是{old}坐标系，和 2000 国家大地坐标系差几十到上百米"
    return plane, ""


def _old_datum(crs):
    """西安 80、北京 54 的名字；别的是空。"""
    base = crs.geodetic_crs
    words = f"{crs.name} {base.name} {base.datum and base.datum.name} {base.ellipsoid.name}"
    return _old_name(words)


def _old_name(words):
    words = words.lower()
    for name, marks in OLD_DATUMS:
        if any(mark in words for mark in marks):
            return name
    return ""


def old_datum_in(words: str) -> str:
    """坐标系的名字里写着西安 80、北京 54 的 → 它的 EPSG 代码；别的是空。"""
    return OLD_DEGREES.get(_old_name(words), "")


@lru_cache(maxsize=64)
def _transformer(text):
    crs, _ = understand(text)
    # 只在自己的椭球上换成经纬度，不换基准：CGCS2000 和 WGS84 之间是零平移。
    return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def to_degrees(text: str, points: np.ndarray) -> np.ndarray:
    """平面坐标或经纬度（n×2，先东后北）→ 经纬度 n×2；换不了抛 TableError。"""
    crs, reason = understand(text)
    if crs is None:
        raise TableError(f"{reason}。")
    if crs.is_geographic:
        return np.asarray(points, dtype=float)
    try:
        return np.column_stack(_transformer(text).transform(points[:, 0], points[:, 1]))
    except pyproj.exceptions.ProjError:
        raise TableError(f"按“{crs.name}”换算不了这些坐标。") from None


def in_china(degrees: np.ndarray) -> np.ndarray:
    """每个点是不是落在中国的经纬度范围里：n×2 → 布尔 n。"""
    west, south, east, north = CHINA_DEGREES
    lon = degrees[:, 0]
    lat = degrees[:, 1]
    with np.errstate(invalid="ignore"):
        return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def short_name(text: str) -> str:
    """存在图形旁边的名字：“EPSG:4527”或坐标系的名字。"""
    crs, _ = understand(text)
    code = crs.to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else crs.name[:60]


def code_of(value: object) -> int:
    """“4527”“EPSG:4527”→ 4527；不是能用的坐标系抛 TableError。"""
    found = EPSG.fullmatch(str(value).strip())
    crs, reason = understand(f"EPSG:{found[1]}") if found else (None, "")
    if crs is None:
        why = f"：{reason}" if reason else ""
        raise TableError(f"“{str(value)[:20]}”不是能用的坐标系{why}。请填 EPSG 代码，如 4527。")
    return int(found[1])
