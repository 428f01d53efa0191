"""GeoJSON、KML 和界址点 TXT：文字格式，自己读，不交给 GDAL 猜是什么文件。"""

import json
import re

import shapely
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from shapely.geometry import shape

from taiping.ground.tables import TableError
from taiping.ground.tables.reading import MAX_CELLS, MAX_COLUMNS

DEGREES = "EPSG:4326"
EPSG = re.compile(r"EPSG:+(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)
HEADING = re.compile(r"\[(.+)\]")
MAX_RINGS = 500  # 界址点：一块地最多几个圈


def decoded(content):
    """文字文件的 bytes → 文字：UTF-8（可以有签名），不行按 GB18030。"""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("这个文件里的文字认不出是什么编码。请另存为 UTF-8 再传。")


def read_geojson(content):
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
    fields = _fields([each.get("properties") or {} for each in features])
    rows = [
        [_flat((each.get("properties") or {}).get(name)) for name in fields] for each in features
    ]
    return fields, rows, [_from_json(each.get("geometry")) for each in features], _stated_crs(data)


def _is_feature(value):
    return isinstance(value, dict) and isinstance(value.get("properties") or {}, dict)


def _flat(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _from_json(geometry):
    if not geometry:
        return None
    try:
        return shape(geometry)
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
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    found = EPSG.search(str(name))
    return f"EPSG:{found[1]}" if found else DEGREES


def read_kml(content):
    """→ (字段, 行, 图形, 坐标系)。KML 一律是 WGS84 经纬度。"""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise TableError("这不是完整的 KML。请重新导出再传。") from None
    marks = [(_facts(mark), _from_kml(mark)) for mark in _outermost(root, "Placemark")]
    if not marks:
        raise TableError("这份 KML 里没有地标（Placemark）。请把图斑的面导出成 KML。")
    fields = _fields([facts for facts, _ in marks])
    rows = [[facts.get(name) for name in fields] for facts, _ in marks]
    return fields, rows, [geometry for _, geometry in marks], DEGREES


def _fields(records):
    """各条的字段合在一起，先出现的在前。每条一个不同的字段，行乘列会大得装不下。"""
    fields = dict.fromkeys(name for record in records for name in record)
    if len(fields) > MAX_COLUMNS:
        raise TableError(
            f"里面一共有 {len(fields)} 个不同的字段，最多 {MAX_COLUMNS} 个。请只留要用的字段再导出。"
        )
    if len(fields) * len(records) > MAX_CELLS:
        raise TableError(
            f"里面有 {len(records)} 个图形、{len(fields)} 个字段，太大了。请只留要用的图斑和字段。"
        )
    return list(fields)


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
        tag, text = _tag(element), (element.text or "").strip()
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
    outer, inner = [], []
    for side in element:
        rings = [ring for each in _outermost(side, "coordinates") if (ring := _kml_ring(each.text))]
        (outer if _tag(side) == "outerBoundaryIs" else inner).extend(rings)
    return shapely.Polygon(outer[0], inner) if outer else shapely.Polygon()


def _kml_ring(text):
    try:
        points = [
            tuple(float(value) for value in point.split(",")[:2]) for point in (text or "").split()
        ]
    except ValueError:
        return None
    good = len(points) >= 3 and all(len(point) == 2 for point in points)
    return points if good else None


def read_points(content):
    """界址点 TXT → (字段, 行, 图形, 坐标系, 说明)。每块地一行“点数,面积,编号,名称,面,…,@”，后面是“J1,圈号,北,东”。"""
    about, plots, section = {}, [], ""
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
        ring, north, east = cells[1], float(cells[2]), float(cells[3])
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
    shells = []
    for part in parts:
        home = next((at for at, (shell, _) in enumerate(shells) if _within(part, shell)), None)
        if home is None:
            shapely.prepare(part)  # 建好索引，看一个点在不在里面不用把边都量一遍
            shells.append((part, []))
        else:
            shells[home][1].append(part.exterior.coords)
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
    zone, width = about.get("带号", ""), about.get("几度分带", "")
    if "2000" not in name or not zone.isdecimal() or width not in ("3", "6"):
        return None
    zone = int(zone)
    east = next((points[0][0] for plot in plots for points in plot["rings"].values()), 0)
    prefixed = int(east // 1_000_000) == zone
    if width == "3" and 25 <= zone <= 45:
        return f"EPSG:{4513 + zone - 25 if prefixed else 4534 + zone - 25}"
    if width == "6" and 13 <= zone <= 23:
        return f"EPSG:{4491 + zone - 13 if prefixed else 4502 + zone - 13}"
    return None
