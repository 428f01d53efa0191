"""定坐标系：文件写的、人选的、按数值判断的，说不准的要人确认；坐标写反了的换过来。"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from taiping.ground.actors import actors
from taiping.ground.geometry import crs as crs_tools
from taiping.ground.geometry.reading import Layer
from taiping.ground.geometry.shapes import bounds_of
from taiping.ground.libraries import np, shapely

SWAPPED = (
    "坐标写反了：经纬度是纬度在前（平面坐标是先北后东），已经换成经度在前读，请在地图上核对位置。"
)
SOME = 200  # 一段几个图形
NOWHERE = (float("nan"),) * 4  # 一个坐标也没有


@dataclass
class Placing:
    """一个图层按哪个坐标系读。crs 是坐标系（“EPSG:4527”或 WKT），定不下来是空的；doubt 是要人确认的话。"""

    geometries: Sequence[shapely.Geometry | None]
    crs: str = ""
    judged: int | None = None  # 按数值判断的 EPSG 代码
    doubt: str = ""
    notes: list[str] = field(default_factory=list)


def place(layer: Layer, chosen: str | int | None = None, meridian: int | None = None) -> Placing:
    """图层 → Placing。chosen 是人选的 EPSG 代码，meridian 是本镇的中央经线（不知道是 None）。"""
    found = Placing(layer.geometries)
    bounds = bounds_of(layer.geometries) or NOWHERE
    if crs_tools.is_swapped(bounds):
        found.geometries = _turned(layer.geometries)
        found.notes.append(SWAPPED)
        bounds = bounds_of(found.geometries)
    found.judged = crs_tools.judge(bounds, meridian)
    if chosen:
        found.crs = f"EPSG:{chosen}"
    elif not layer.crs:
        _guess(found, bounds, meridian)
    else:
        _follow(found, layer.crs)
    return found


def _turned(geometries):
    """横纵坐标换过来。"""
    present = np.array([geometry for geometry in geometries if geometry is not None], dtype=object)
    turned = iter(shapely.transform(shapely.force_2d(present), lambda points: points[:, ::-1]))
    return [None if geometry is None else next(turned) for geometry in geometries]


def _usual_east(geometries):
    """居中的那个横坐标，个别画错的不算数；一个坐标也没有是 nan。几百万个点不一下子都摆出来：一段取一个居中的，再取居中。"""
    present = [geometry for geometry in geometries if geometry is not None]
    middles = []
    for start in range(0, len(present), SOME):
        east = shapely.get_coordinates(np.array(present[start : start + SOME], dtype=object))[:, 0]
        east = east[np.isfinite(east)]
        if len(east):
            middles.append(float(np.median(east)))
    return float(np.median(middles)) if middles else float("nan")


def _guess(found, bounds, meridian):
    """文件没有写坐标系：按数值判断，由人确认。"""
    if found.judged:
        found.crs = f"EPSG:{found.judged}"
        is_bare = crs_tools.is_plane(bounds) and bounds[0] < crs_tools.PLANE_M[1]
        why = f"横坐标没有带号，照本{actors.town}的中央经线 {meridian}° 看" if is_bare else "看数值"
        found.doubt = (
            f"文件没有写坐标系。{why}像“{crs_tools.label(found.judged)}”，请在下面确认坐标系。"
        )
    elif crs_tools.is_plane(bounds):
        found.doubt = (
            "文件没有写坐标系，横坐标也没有带号，看不出是哪一带。"
            "请问清楚提供的单位，在下面选定坐标系。"
        )
    else:
        found.doubt = "文件没有写坐标系，看数值也判断不出。请问清楚提供的单位，在下面选定坐标系。"


def _follow(found, stated):
    """照文件写的；不能直接用、和坐标对不上的，要人确认。"""
    known, reason = crs_tools.understand(stated)
    if known is None:
        found.doubt = (
            f"{reason}，不能直接用。请让提供的单位转成 2000 国家大地坐标系再给；"
            "如果坐标其实已经是 2000 的，请在下面选定坐标系。"
        )
    elif against := crs_tools.contradiction(stated, _usual_east(found.geometries)):
        found.crs = f"EPSG:{found.judged}" if found.judged else ""
        guess = f"看数值像“{crs_tools.label(found.judged)}”，" if found.judged else ""
        found.doubt = f"{against}{guess}请问清楚提供的单位，在下面选定坐标系。"
    else:
        found.crs = stated
