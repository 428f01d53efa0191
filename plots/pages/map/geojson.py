"""图斑和村界 → GeoJSON。坐标取整，弯去掉：看图够用，不是原样的界址点。"""

import json

from django.db.models import Avg, Count, F
from django.db.models.functions import Floor

from plots.models.shapes import PatchShape
from plots.pages.map.drawn import drawn
from plots.pages.map.outlines import outlines, written
from plots.pages.patch_list.rows import PAGE, rows_of
from taiping.ground.area import figure
from taiping.ground.libraries import np, shapely
from villages.models import VillageBoundary

LIMIT = 3000  # 一次最多画这么多块；再多就按格子合成圈，写上个数
CELL_PX = 72
FINE_BOUNDARY = 0.00005  # 村界简化到 5 米
ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def answer(filters, window):
    """窗口里的图斑 → 一段段的 GeoJSON 文字。查询在开始写之前做完，次数固定：写到一半就没法再说出错了。"""
    found = filters.qs.filter(window.contains("shape__") | window.holds_spot())
    count = found.order_by().count()
    if count > LIMIT:
        cells = _cells(found, window)
        rows = rows_of(filters.order.listed(filters.sorted(found)[:PAGE]), filters)
        return _pieces(
            {"count": count, "words": _words(count, True), "rows": [_facts(row) for row in rows]},
            cells,
        )
    rows = rows_of(drawn(filters.sorted(found), filters), filters)
    return _pieces({"count": count, "words": _words(count, False)}, _features(rows, window))


def _words(count, grouped):
    if not count:
        return "这个范围里没有图斑。"
    first = f"列出前 {PAGE} 个。" if count > PAGE else ""
    if grouped:
        return f"这个范围里有 {count} 个图斑，太密了，图上合成一个个圈，圈里是个数；放大就能一块块看。{first}"
    return f"这个范围里有 {count} 个图斑。{first}"


def _facts(row):
    """弹出的小窗和列表要的几样。"""
    patch = row.patch
    return {
        "id": patch.pk,
        "code": patch.code,
        "village": patch.village.name,
        "target": patch.target.name,
        "status": row.status,
        "text": row.text,
        "late": row.is_late,
        "area": figure(patch.area_mu),
        "place": patch.place,
        "demo": patch.is_demo,
    }


def _features(rows, window):
    shapes = outlines([row.patch for row in rows], window)
    for row, geometry in zip(rows, shapes, strict=True):
        yield _feature(geometry, _facts(row))


def _cells(found, window):
    """格子里的个数，画在它们的中间；格子不跟着窗口走，拖动时不跳。"""
    size = max(CELL_PX * window.pixel, 1e-6)
    cells = (
        found.order_by()
        .placed()
        .annotate(column=Floor(F("lon") / size), line=Floor(F("lat") / size))
        .values("column", "line")
        .annotate(number=Count("pk"), east=Avg("lon"), north=Avg("lat"))
    )
    cells = list(cells)
    points = written(shapely.points([(cell["east"], cell["north"]) for cell in cells]))
    return [
        _feature(point, {"number": cell["number"]})
        for point, cell in zip(points, cells, strict=True)
    ]


def _feature(geometry, properties):
    return f'{{"type":"Feature","geometry":{geometry},"properties":{ENCODE(properties)}}}'


def _pieces(members, features, size=200):
    """一次写 size 个图形。"""
    yield ENCODE({"type": "FeatureCollection", **members})[:-1] + ',"features":['
    held, comma = [], ""
    for feature in features:
        held.append(feature)
        if len(held) == size:
            yield comma + ",".join(held)
            held, comma = [], ","
    yield (comma + ",".join(held) if held else "") + "]}"


def villages(user):
    """看得见的村 → GeoJSON：有村界的画村界，村名写在村界里；没有的写在它图斑的中间。"""
    boundaries = list(
        VillageBoundary.objects.visible_to(user)
        .select_related("village")
        .order_by("village__order")
    )
    areas = shapely.from_wkb(np.array([bytes(row.wkb) for row in boundaries], dtype=object))
    names = {
        row.village.name: point
        for row, point in zip(boundaries, shapely.point_on_surface(areas), strict=True)
    }
    for name, lon, lat in _middles(user):
        names.setdefault(name, shapely.Point(lon, lat))
    drawn = [
        *zip(
            written(shapely.simplify(areas, FINE_BOUNDARY)),
            (row.village.name for row in boundaries),
            strict=True,
        ),
        *zip(written(list(names.values())), names, strict=True),
    ]
    return _pieces({}, (_feature(geometry, {"name": name}) for geometry, name in drawn))


def _middles(user):
    """各村图斑图形的中间：（村名, 经度, 纬度）。"""
    shapes = PatchShape.objects.visible_to(user).current().order_by()
    return (
        shapes.values_list("patch__village__name")
        .annotate(
            lon=Avg((F("min_lon") + F("max_lon")) / 2), lat=Avg((F("min_lat") + F("max_lat")) / 2)
        )
        .order_by("patch__village__order")
    )
