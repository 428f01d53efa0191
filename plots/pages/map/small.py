"""图斑页上的小地图：这块图斑的样子，照片在哪里拍、朝哪边。"""

import json
from urllib.parse import quote

from plots.models.shapes import Spot
from plots.pages.map.outlines import DIGITS, written
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import shapely

# 手机上的地图怎么打开：只带这一块图斑的中心，点了才出去。坐标是 WGS84，两家的网址里都写明
WAYS = (
    ("手机上的地图", "geo:{lat},{lon}?q={lat},{lon}"),
    (
        "高德",
        "https://uri.amap.com/navigation?to={lon},{lat},{name}&mode=car&coordinate=wgs84&callnative=1",
    ),
    (
        "百度",
        "https://api.map.baidu.com/direction?destination=latlng:{lat},{lon}|name:{name}"
        "&coord_type=wgs84&mode=driving&output=html",
    ),
)


def ways_to(place):
    """[(哪家的地图, 地址)]：导航到图斑的中心，没有图形的是发现时的位置。"""
    west, south, east, north = place.box
    lat, lon = (south + north) / 2, (west + east) / 2
    given = {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "name": quote("图斑")}
    return [(label, address.format(**given)) for label, address in WAYS]


def small_map(patch, place, evidence):
    """给页面的数：{"shape": GeoJSON, "photos": [...], "placed": 有位置的张数, "total": 照片张数}。

    place 是图斑的图形，或发现时的位置（画成点）；都没有是 None。evidence 是 plots.evidence.listed 的结果，已经按范围筛过。
    """
    if place is None:
        return None
    is_spot = isinstance(place, Spot)
    drawn = shapely.Point(place.lon, place.lat) if is_spot else load(place.wkb)
    photos = [item for item in evidence if item.kind == item.Type.PHOTO]
    placed = [_photo(item) for item in photos if item.lat is not None]
    return {
        "shape": json.loads(written([drawn])[0]),
        "is_spot": is_spot,
        "photos": placed,
        "status": patch.status,
        "total": len(photos),
        "placed": len(placed),
    }


def _photo(item):
    return {
        "lon": round(float(item.lon), DIGITS),
        "lat": round(float(item.lat), DIGITS),
        "name": item.name,
        "bearing": None if item.bearing is None else float(item.bearing),
        "where": item.position_text,
    }
