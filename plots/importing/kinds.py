"""一份文件是表格还是矢量数据：页面和命令收的一样，看名字，名字说不清的看内容。"""

from taiping.ground.form_fields import suffix_of
from taiping.ground.geometry.reading import LONELY
from taiping.ground.geometry.reading import SUFFIXES as VECTORS
from taiping.ground.tables import kind_of

TABLES = (".xlsx", ".xls", ".et", ".csv", ".tsv", ".xlsm", ".xltx", ".xlt", ".ett", ".xml")
WEB_PAGES = (".htm", ".html", ".mht", ".mhtml")
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj")  # 单独传来的
OTHER_TABLES = (".ods", ".fods", ".numbers", ".xlsb", ".dif", ".slk")
HEAD = 65536  # 字节：看内容看这么多
PACKED = (".zip", ".kmz")  # 本来就是压缩包
OLD_OFFICE, ZIPPED = b"\xd0\xcf\x11\xe0", b"PK"
PARTS_OF_WORKBOOK = (b"xl/", b"xl\\")
POINTS = [word.encode(code) for word in ("属性描述", "地块坐标") for code in ("utf-8", "gbk")]
UNFIT = (
    "“{}”不是表格，也不是矢量数据。请选 .xlsx、.xls、.et、.csv，"
    "或 .zip、.gpkg、.geojson、.kml、.txt 文件。"
)


def is_vector(name: str, head: bytes) -> bool:
    """head 是文件的前 HEAD 个字节。写着 .txt 的，有界址点的才是。"""
    suffix = suffix_of(name)
    if suffix not in VECTORS or head.startswith(OLD_OFFICE):
        return False
    if suffix not in PACKED and _is_workbook(head):
        return False
    if suffix == ".txt":
        return any(word in head for word in POINTS) or not _is_text_table(head)
    return True


def _is_text_table(head):
    """表格软件的“Unicode 文本”，或制表符分列的。"""
    return head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\t" in head


def refusal_of(name: str, head: bytes) -> str:
    """不收的一句话；收的是空文字。名字不认得、内容是表格的也收。"""
    suffix = suffix_of(name)
    if suffix in SHAPEFILE_PARTS:
        return LONELY.format(name)
    if suffix in OTHER_TABLES:
        return f"“{name}”这种表格不直接收，请在表格软件里打开，另存为 .xlsx 再传。"
    is_named = suffix in (*TABLES, *WEB_PAGES, *VECTORS)
    return "" if is_named or _is_workbook(head) or kind_of(head) else UNFIT.format(name)


def _is_workbook(head):
    is_new = head.startswith(ZIPPED) and any(part in head for part in PARTS_OF_WORKBOOK)
    return is_new or head.startswith(OLD_OFFICE)
