"""KML：自己读，不交给 GDAL。只有面的地标才是图斑；别的地标、网络链接不读，说一声。"""

from __future__ import annotations

from taiping.ground.geometry.coordinates import Unreadable, points_of
from taiping.ground.geometry.features import DEGREES, Features, tabled
from taiping.ground.geometry.xml_text import decoded_xml, parse_xml
from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError

LINES = {"LineString", "LinearRing", "Track", "MultiTrack"}
NAMED = 3


def read_kml(content: bytes) -> Features:
    """→ Features。KML 一律是 WGS84 经纬度。"""
    text, encoding = decoded_xml(content)
    root = parse_xml(text, "KML")
    marks = list(_outermost(root, "Placemark"))
    links = sum(1 for _ in _outermost(root, "NetworkLink"))
    if not marks:
        if links:
            raise TableError(
                "这份 KML 只是网络链接（NetworkLink），图斑在链接的那一头。请打开链接，把图斑的面另存成 KML 再传。"
            )
        raise TableError("这份 KML 里没有地标（Placemark）。请把图斑的面导出成 KML。")
    notes = [f"里面有 {links} 个网络链接（NetworkLink），链到的内容没有读。"] if links else []
    marks = _with_polygons(marks, notes)
    hidden = sum(1 for mark in marks if _is_hidden(mark))
    if hidden:
        notes.append(f"有 {hidden} 个地标在文件里设成了不显示，也读了，请核对要不要。")
    fields, rows = tabled([_facts(mark, notes) for mark in marks])
    geometries = []
    faults = {}
    place = _Placer(text)
    for at, mark in enumerate(marks):
        try:
            geometries.append(_shape(mark, place))
        except Unreadable as fault:
            geometries.append(shapely.Polygon())
            faults[at] = f"{place.where(fault)}{fault}"
    notes = list(dict.fromkeys(notes))
    return Features(fields, rows, geometries, DEGREES, notes, faults, encoding)


class _Placer:
    """认不出的坐标在文件的第几行第几列：一段段坐标照先后找，整个文件只从头到尾找一遍。"""

    def __init__(self, text):
        self.text = text
        self.line = 1
        self.line_start = 0  # 这一行从哪里开始
        self.start = self.end = 0  # 这一段坐标从哪里到哪里；-1 是找不到了

    def move(self, coordinates):
        if self.start < 0:
            return
        before = self.start
        self.start = self.text.find(coordinates, before)
        self.end = self.start + len(coordinates)
        if self.start >= 0:
            self.line += self.text.count("\n", before, self.start)
            newline = self.text.rfind("\n", before, self.start)
            self.line_start = newline + 1 if newline >= 0 else self.line_start

    def where(self, fault):
        if self.start < 0:
            return ""
        at = max(self.text.find(fault.word, self.start, self.end), self.start)
        line = self.line + self.text.count("\n", self.start, at)
        newline = self.text.rfind("\n", self.start, at)
        column = at - (newline + 1 if newline >= 0 else self.line_start)
        return f"文件第 {line} 行第 {column + 1} 列的"


def _with_polygons(marks, notes):
    """有面的文件里，点、线的地标不读，说一声；一个面也没有的照样列出来。"""
    kinds = [_kind(mark) for mark in marks]
    if "面" not in kinds:
        return marks
    left = [mark for mark, kind in zip(marks, kinds, strict=True) if kind in ("点", "线")]
    if left:
        names = [name for mark in left if (name := _name(mark))][:NAMED]
        told = f"（{'、'.join(names)}{' 等' if len(left) > len(names) else ''}）" if names else ""
        notes.append(f"有 {len(left)} 个地标是点或线，不是面，没有读{told}。")
    return [mark for mark, kind in zip(marks, kinds, strict=True) if kind not in ("点", "线")]


def _kind(mark):
    tags = {_tag(element) for element in mark.iter()}
    if "Polygon" in tags:
        return "面"
    if tags & LINES:
        return "线"
    return "点" if "Point" in tags else ""


def _name(mark):
    return next(((child.text or "").strip() for child in mark if _tag(child) == "name"), "")


def _is_hidden(mark):
    return any(_tag(child) == "visibility" and (child.text or "").strip() == "0" for child in mark)


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


def _facts(mark, notes):
    facts = {}
    for element in mark.iter():
        tag = _tag(element)
        text = (element.text or "").strip()
        if tag == "name" and "name" not in facts:
            facts["name"] = text or None
        elif tag == "description" and "<" in text:
            notes.append(
                "地标的说明是网页格式的，没有读；编号、村、面积要写成数据（ExtendedData）。"
            )
        elif tag == "description" and text:
            facts["description"] = text
        elif tag == "SimpleData":
            facts[element.get("name", "")] = text or None
        elif tag == "Data":
            value = next((child.text for child in element if _tag(child) == "value"), None)
            facts[element.get("name", "")] = (value or "").strip() or None
    return facts


def _shape(mark, place):
    found = [_polygon(element, place) for element in _outermost(mark, "Polygon")]
    if len(found) > 1:
        return shapely.MultiPolygon([part for part in found if not part.is_empty])
    if found:
        return found[0]
    kind = _kind(mark)
    if kind == "线":
        return shapely.LineString([(0, 0), (1, 1)])
    return shapely.Point(0, 0) if kind == "点" else None


def _polygon(element, place):
    outer = []
    inner = []
    for side in element:
        rings = outer if _tag(side) == "outerBoundaryIs" else inner
        for coordinates in _outermost(side, "coordinates"):
            text = coordinates.text or ""
            place.move(text)
            points = points_of(text)
            if len(points) >= 3:
                rings.append(points)
    return shapely.Polygon(outer[0], inner) if outer else shapely.Polygon()
