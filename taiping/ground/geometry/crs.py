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
EPSG = re.compile(r"(?:EPSG:)?(\d{4,6})", re.IGNORECASE)
LOCAL_MERIDIAN = 105  # 铜梁在中央经线 105° 的带里


def three_degree(zone: int) -> int:
    """3 度带带号（25–45）→ 横坐标带带号的 EPSG 代码。"""
    return 4513 + zone - 25


def three_degree_by_meridian(meridian: int) -> int:
    """中央经线（75–135，3 的倍数）→ 横坐标不带带号的 3 度带 EPSG 代码。"""
    return 4534 + (meridian - 75) // 3


def six_degree(zone: int) -> int:
    """6 度带带号（13–23）→ 横坐标带带号的 EPSG 代码。"""
    return 4491 + zone - 13


def _labels():
    labels = {4490: "CGCS2000 经纬度", 4326: "WGS84 经纬度"}
    for zone in (34, 35, 36, 37):
        labels[three_degree(zone)] = f"CGCS2000 3 度带 {zone} 带，横坐标前面有带号 {zone}"
    for meridian in (102, 105, 108, 111):
        labels[three_degree_by_meridian(meridian)] = (
            f"CGCS2000 3 度带中央经线 {meridian}°，横坐标没有带号"
        )
    labels[six_degree(18)] = "CGCS2000 6 度带 18 带，横坐标前面有带号 18"
    labels[4507] = "CGCS2000 6 度带中央经线 105°，横坐标没有带号"
    return labels


LABELS = _labels()


def label(code: int) -> str:
    """给人看的名字：EPSG 代码 → “CGCS2000 3 度带 35 带……（EPSG:4523）”。"""
    return f"{LABELS.get(code) or pyproj.CRS.from_epsg(code).name}（EPSG:{code}）"


def choices(*more: int | None) -> list[tuple[int, str]]:
    """可选的坐标系：[(代码, 名字)]，more 是另外要列出的代码。"""
    codes = [code for code in more if code]
    return [(code, label(code)) for code in dict.fromkeys([*codes, *LABELS])]


def judge(bounds: tuple[float, float, float, float]) -> int | None:
    """按坐标的大小判断：(最小 x, 最小 y, 最大 x, 最大 y) → EPSG 代码；判断不出是 None。"""
    min_x, min_y, max_x, max_y = bounds
    if not np.isfinite(bounds).all():
        return None
    west, south, east, north = CHINA_DEGREES
    if west <= min_x and max_x <= east and south <= min_y and max_y <= north:
        return STORED_EPSG
    if not (min_y >= 300_000 and max_y <= 6_000_000):
        return None
    if min_x >= 100_000 and max_x < 1_000_000:
        return three_degree_by_meridian(LOCAL_MERIDIAN)
    zone = int(min_x // 1_000_000)
    if zone != int(max_x // 1_000_000):
        return None
    if 25 <= zone <= 45:
        return three_degree(zone)
    return six_degree(zone) if 13 <= zone <= 23 else None


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
    words = f"{crs.name} {base.name} {base.datum and base.datum.name} {base.ellipsoid.name}".lower()
    for name, marks in OLD_DATUMS:
        if any(mark in words for mark in marks):
            return name
    return ""


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
    """存在图形旁边的名字：“EPSG:4523”或坐标系的名字。"""
    crs, _ = understand(text)
    code = crs.to_epsg(min_confidence=60)
    return f"EPSG:{code}" if code else crs.name[:60]


def code_of(value: object) -> int:
    """“4523”“EPSG:4523”→ 4523；不是能用的坐标系抛 TableError。"""
    found = EPSG.fullmatch(str(value).strip())
    crs, reason = understand(f"EPSG:{found[1]}") if found else (None, "")
    if crs is None:
        why = f"：{reason}" if reason else ""
        raise TableError(f"“{str(value)[:20]}”不是能用的坐标系{why}。请填 EPSG 代码，如 4523。")
    return int(found[1])
