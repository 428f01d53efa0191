"""GeoJSON、KML 和界址点 TXT：文字格式，自己读，不交给 GDAL 猜是什么文件。"""

import json
import re

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError
from taiping.ground.tables.reading import MAX_CELLS
from taiping.ground.tables.sheets import MAX_COLUMNS

DEGREES = "EPSG:4326"
EPSG = re.compile(r"EPSG:+(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)
HEADING = re.compile(r"\[(.+)\]")
MAX_RINGS = 500  # 界址点：一块地最多几个圈
# (字段名, 各行的值, 各行的图形, 坐标系)
Table = tuple[list[str], list[list], "list[shapely.Geometry | None]", str | None]


def decoded(content: bytes) -> str:
    """文字文件的 bytes → 文字：UTF-8（可以有签名），不行按 GB18030。"""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("这个文件里的文字认不出是什么编码。请另存为 UTF-8 再传。")


def read_geojson(content: bytes) -> Table:
    """→ (字段, 行, 图形, 坐标系)。没有写 crs 的按标准是经纬度。"""
    try:
        data = json.loads(decoded(content))
    except (ValueError, RecursionError):
        raise TableError("这不是完整的 GeoJSON，读到一半就断了。请重新导出再传。") from None
    features = data.get("features") if isinstance(data, dict) else None
    if features is None and isinstance(data, dict) and data.get("type") == "Feature":
        features = [data]
    if not isinstance(features, list) or not all(_is_feature(feature) for feature in features):
        raise TableError(
            "这份 GeoJSON 里没有图斑（features）。请在制图软件里把面图层导出成 GeoJSON。"
        )
    records = [feature.get("properties") or {} for feature in features]
    fields, rows = _table(records)
    geometries = [_from_json(feature.get("geometry")) for feature in features]
    return fields, rows, geometries, _stated_crs(data)


def _is_feature(value):
    return isinstance(value, dict) and isinstance(value.get("properties") or {}, dict)


def _flat(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _from_json(geometry):
    if not geometry:
        return None
    try:
        return shapely.geometry.shape(geometry)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
        shapely.errors.ShapelyError,
    ):
        return shapely.Polygon()


def _stated_crs(data):
    crs = data.get("crs")
    stated = crs.get("properties") if isinstance(crs, dict) else None
    name = stated.get("name", "") if isinstance(stated, dict) else ""
    found = EPSG.search(str(name))
    return f"EPSG:{found[1]}" if found else DEGREES


def read_kml(content: bytes) -> Table:
    """→ (字段, 行, 图形, 坐标系)。KML 一律是 WGS84 经纬度。"""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise TableError("这不是完整的 KML。请重新导出再传。") from None
    marks = list(_outermost(root, "Placemark"))
    if not marks:
        raise TableError("这份 KML 里没有地标（Placemark）。请把图斑的面导出成 KML。")
    fields, rows = _table([_facts(mark) for mark in marks])
    return fields, rows, [_from_kml(mark) for mark in marks], DEGREES


def _table(records):
    """各条 {字段: 值} → (字段, 行)，先出现的字段在前。每条一个不同的字段，行乘列会大得装不下。"""
    fields = {}
    for record in records:
        fields.update(dict.fromkeys(record))
    if len(fields) > MAX_COLUMNS:
        raise TableError(
            f"里面一共有 {len(fields)} 个不同的字段，最多 {MAX_COLUMNS} 个。请只留要用的字段再导出。"
        )
    if len(fields) * len(records) > MAX_CELLS:
        raise TableError(
            f"里面有 {len(records)} 个图形、{len(fields)} 个字段，太大了。请只留要用的图斑和字段。"
        )
    rows = []
    for record in records:
        rows.append([_flat(record.get(name)) for name in fields])
    return list(fields), rows


def _outermost(element, *tags):
    """里面各处的这些标签，套在同样标签里面的不另算：一层套一层的文件，也只从头到尾看一遍。"""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        if _tag(current) in tags:
            yield current
        else:
            waiting.extend(reversed(current))


def _tag(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _facts(mark):
    facts = {}
    for element in mark.iter():
        tag = _tag(element)
        text = (element.text or "").strip()
        if tag == "name" and "name" not in facts:
            facts["name"] = text or None
        elif tag == "description" and text and "<" not in text:
            facts["description"] = text
        elif tag == "SimpleData":
            facts[element.get("name", "")] = text or None
        elif tag == "Data":
            value = next((child.text for child in element if _tag(child) == "value"), None)
            facts[element.get("name", "")] = (value or "").strip() or None
    return facts


def _from_kml(mark):
    found = [_kml_polygon(element) for element in _outermost(mark, "Polygon")]
    if len(found) > 1:
        return shapely.MultiPolygon([part for part in found if not part.is_empty])
    if found:
        return found[0]
    tags = {_tag(element) for element in mark.iter()}
    if "LineString" in tags or "LinearRing" in tags:
        return shapely.LineString([(0, 0), (1, 1)])
    return shapely.Point(0, 0) if "Point" in tags else None


def _kml_polygon(element):
    outer = []
    inner = []
    for side in element:
        rings = outer if _tag(side) == "outerBoundaryIs" else inner
        for coordinates in _outermost(side, "coordinates"):
            if ring := _kml_ring(coordinates.text or ""):
                rings.append(ring)
    return shapely.Polygon(outer[0], inner) if outer else shapely.Polygon()


def _kml_ring(text):
    """“经度,纬度,高程 …”→ [(经度, 纬度)]；不是数、不到三点的是 None。"""
    points = []
    for place in text.split():
        try:
            lon, lat = map(float, place.split(",")[:2])
        except ValueError:
            return None
        points.append((lon, lat))
    return points if len(points) >= 3 else None


def read_points(content: bytes) -> Table:
    """界址点 TXT → (字段, 行, 图形, 坐标系)，没写清坐标系是 None。

    每块地一行“点数,面积,编号,名称,面,…,@”，后面是“J1,圈号,北,东”。
    """
    about = {}
    plots = []
    section = ""
    for number, line in enumerate(decoded(content).splitlines(), start=1):
        line = line.strip().replace("，", ",")
        if not line:
            continue
        if heading := HEADING.fullmatch(line):
            section = heading[1]
        elif section == "属性描述":
            name, _, value = line.partition("=")
            about[name.strip()] = value.strip()
        elif section == "地块坐标":
            _add_line(plots, line, number)
    if not plots:
        raise TableError("这份文本里没有“[地块坐标]”和界址点，不是界址点文件。")
    rows = [plot["facts"] for plot in plots]
    return POINT_FIELDS, rows, [_rings(plot["rings"]) for plot in plots], _points_crs(about, plots)


POINT_FIELDS = [
    "界址点数",
    "地块面积（公顷）",
    "地块编号",
    "地块名称",
    "图形类型",
    "图幅号",
    "地块用途",
    "地类编码",
]


def _add_line(plots, line, number):
    cells = [cell.strip() for cell in line.split(",")]
    if line.endswith("@"):
        cells = [cell or None for cell in cells[: len(POINT_FIELDS)] if cell != "@"]
        plots.append({"facts": cells + [None] * (len(POINT_FIELDS) - len(cells)), "rings": {}})
        return
    try:
        ring = cells[1]
        north = float(cells[2])
        east = float(cells[3])
    except (IndexError, ValueError):
        ring = None
    if ring is None or not plots:
        raise TableError(
            f"第 {number} 行“{line[:40]}”不是界址点。应当是“J1,1,纵坐标,横坐标”这样的一行。"
        )
    plots[-1]["rings"].setdefault(ring, []).append((east, north))


def _rings(rings):
    """圈号 1 是外圈，别的圈在外圈里面的是洞，在外面的是另一部分。"""
    parts = [shapely.Polygon(points) for points in rings.values() if len(points) >= 3]
    if not parts:
        return shapely.Polygon()
    if len(parts) > MAX_RINGS:
        raise TableError(
            f"有一块地写了 {len(parts)} 个圈，最多 {MAX_RINGS} 个。请核对圈号这一列，或拆成几块地。"
        )
    shells = []  # [(外圈, [它里面的洞])]
    for part in parts:
        for shell, holes in shells:
            if _within(part, shell):
                holes.append(part.exterior.coords)
                break
        else:
            shapely.prepare(part)  # 建好索引，看一个点在不在里面不用把边都量一遍
            shells.append((part, []))
    parts = [shapely.Polygon(shell.exterior.coords, holes) for shell, holes in shells]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _within(part, shell):
    """内圈的每个点都在外圈里；画坏了的图形也不会出错。"""
    return shapely.intersects_xy(shell, shapely.get_coordinates(part)).all()


def _points_crs(about, plots):
    """[属性描述] 写清楚的坐标系；没写清是 None，按数值判断、由人确认。"""
    name = about.get("坐标系", "")
    if "80" in name or "西安" in name:
        return "EPSG:4610"
    if "54" in name or "北京" in name:
        return "EPSG:4214"
    zone = about.get("带号", "")
    width = about.get("几度分带", "")
    if "2000" not in name or not zone.isdecimal() or width not in ("3", "6"):
        return None
    zone = int(zone)
    has_zone = int(_first_east(plots) // 1_000_000) == zone  # 横坐标前面有没有带号
    if width == "3" and 25 <= zone <= 45:
        return f"EPSG:{(4513 if has_zone else 4534) + zone - 25}"
    if width == "6" and 13 <= zone <= 23:
        return f"EPSG:{(4491 if has_zone else 4502) + zone - 13}"
    return None


def _first_east(plots):
    """第一个界址点的横坐标；一个点也没有是 0。"""
    for plot in plots:
        for points in plot["rings"].values():
            return points[0][0]
    return 0
