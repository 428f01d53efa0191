"""GeoPackage 是一个数据库：交给 GDAL 以前先看里面有没有一读就要执行的句子。"""

import sqlite3
from contextlib import closing
from pathlib import Path

from taiping.ground.tables import TableError

DAMAGED = "“{}”读不出来，可能没有传完整。请重新导出再传。"
# GeoPackage 标准自己带的触发器：只在写的时候管用，我们从不写
STANDARD_TRIGGERS = (
    "gpkg_",
    "rtree_",
    "trigger_insert_feature_count_",
    "trigger_delete_feature_count_",
)


def refuse_computed(path: Path, name: str) -> None:
    """图层要是存着的表：视图、触发器和虚拟表是一读就要执行的句子，可能没有尽头，交给 GDAL 以前就拒绝。"""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            stored = database.execute(
                "SELECT name, type, rootpage, sql FROM sqlite_schema"
            ).fetchall()
    except (sqlite3.Error, UnicodeDecodeError):
        raise TableError(DAMAGED.format(name)) from None
    computed = [str(thing) for thing, *about in stored if _is_computed(str(thing).lower(), *about)]
    if computed:
        shown = "、".join(f"“{thing[:40]}”" for thing in computed[:3])
        raise TableError(
            f"“{name}”里的{shown}不是存着的图层（是视图、触发器或虚拟表），不能用。"
            "请在制图软件里把图斑图层导出成一份新的 GeoPackage 或 shapefile 再传。"
        )


def _is_computed(name, kind, rootpage, sql):
    if kind == "trigger":
        return not name.startswith(STANDARD_TRIGGERS)
    if rootpage:
        return False  # 存着的表和索引才有自己的页
    statement = "".join(str(sql).upper().split())
    is_spatial_index = name.startswith("rtree_") and "USINGRTREE(" in statement
    return not is_spatial_index
