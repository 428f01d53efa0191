"""文字格式读出来的图形和它们的值。"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError
from taiping.ground.tables.reading import MAX_CELLS
from taiping.ground.tables.sheets import MAX_COLUMNS

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DEGREES = "EPSG:4326"


@dataclass
class Features:
    """字段名、各行的值、各行的图形、坐标系（没写清是 None）；notes 是要说的话，faults 是 {第几个: 为什么读不出}。"""

    fields: list[str]
    rows: list[list]
    geometries: list[shapely.Geometry | None]
    crs: str | None
    notes: list[str] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    encoding: str = ""


def decoded(content: bytes) -> str:
    """文字文件的 bytes → 文字：看签名，再严格按 UTF-8，不行按 GB18030。"""
    return decode_strictly(content, marked_encoding(content) or ("utf-8", "gb18030"))[0]


def marked_encoding(content: bytes) -> tuple[str, ...]:
    """文件开头的签名说的编码；没有签名是空的。"""
    return next(((encoding,) for mark, encoding in MARKS if content.startswith(mark)), ())


def decode_strictly(content: bytes, encodings: Iterable[str]) -> tuple[str, str]:
    """→ (文字, 头一个读得通的编码)；都读不通抛 TableError。"""
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except (UnicodeError, LookupError):
            continue
    raise TableError("这个文件里的文字认不出是什么编码。请另存为 UTF-8 再传。")


def tabled(records: list[dict]) -> tuple[list[str], list[list]]:
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


def _flat(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def rings_of(rings: dict[object, list[tuple[float, float]]]) -> shapely.Geometry:
    """{圈号: [(东, 北)]} → 面：在别的圈里面的是洞，在外面的是另一部分。"""
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


MAX_RINGS = 500  # 一块地最多几个圈


def _within(part, shell):
    """内圈的每个点都在外圈里；画坏了的图形也不会出错。"""
    return shapely.intersects_xy(shell, shapely.get_coordinates(part)).all()
