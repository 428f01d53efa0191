"""xlsx 是一个压缩包：里面的名字写得不规矩的摆正，不是表格的说出是什么。"""

import io
import zipfile

from taiping.ground.tables.sheets import TableError

WORKBOOK = "xl/workbook.xml"
OTHERS = {
    "word/document.xml": "Word 文件",
    "ppt/presentation.xml": "演示文稿",
    "xl/workbook.bin": "二进制的 Excel 工作簿（.xlsb）",
    "content.xml": "OpenDocument 表格（.ods）",
    "index/document.iwa": "Numbers 表格",
}
MOST_UNPACKED = 400 * 1024 * 1024


def straight(content: bytes) -> bytes:
    """包里的名字用了反斜杠、大小写不对的 xlsx，表格软件照样打得开：摆正了再读；别的原样。"""
    if not content.startswith(b"PK"):
        return content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {info.filename: _straight(info.filename) for info in archive.infolist()}
            whole = sum(info.file_size for info in archive.infolist())
            if WORKBOOK not in names.values() or WORKBOOK in names or whole > MOST_UNPACKED:
                return content
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as again:
                for name, new in names.items():
                    again.writestr(new, archive.read(name))
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, OSError, RuntimeError):
        return content  # 坏的，下一步会说
    return made.getvalue()


def _straight(name):
    name = name.replace("\\", "/").removeprefix("./").lstrip("/")
    return WORKBOOK if name.lower() == WORKBOOK else name


def refuse_other(names: list[str]) -> None:
    """包里没有工作簿的抛 TableError。"""
    if WORKBOOK in names:
        return
    known = {name.lower() for name in names}
    for name, kind in OTHERS.items():
        if name in known:
            raise TableError(f"这是{kind}。请用表格软件打开，另存为 .xlsx 后再用。")
    inside = [name for name in names if name.lower().endswith((".xlsx", ".xls", ".csv", ".et"))]
    more = (
        f"，里面有“{inside[0][-60:]}”。请解压后传里面的表格"
        if inside
        else "，但里面不是 Excel 表格"
    )
    end = "" if inside else "。请用表格软件另存为 .xlsx 后再用"
    raise TableError(f"这是压缩包{more}{end}。")
