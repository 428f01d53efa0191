"""界址点 TXT：文字格式，自己读，不交给 GDAL 猜是什么文件。"""

import re

from taiping.ground.geometry.features import Features, decoded, rings_of
from taiping.ground.tables import TableError

HEADING = re.compile(r"\[(.+)\]")


def read_points(content: bytes) -> Features:
    """界址点 TXT → Features，没写清坐标系是 None。

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
    geometries = [rings_of(plot["rings"]) for plot in plots]
    return Features(POINT_FIELDS, rows, geometries, _points_crs(about, plots))


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
