"""测试自己写的表格文件：xlsx、老的 xls、csv、粘贴的文字。"""

import io
import struct

from openpyxl import Workbook

HEADER = ["序号", "村", "图斑编号", "图斑面积（亩）", "小地名", "承包人"]


def xlsx(*rows, merges=(), name="图斑", **more):
    """一张表；more 是另外的表：表名=[行…]。"""
    book = Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    for cells in merges:
        sheet.merge_cells(cells)
    for title, others in more.items():
        other = book.create_sheet(title)
        for row in others:
            other.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv(*rows, encoding="utf-8"):
    return "\r\n".join(",".join(str(value) for value in row) for row in rows).encode(encoding)


def pasted(*rows):
    return "\n".join("\t".join(str(value) for value in row) for row in rows)


def xls(*rows, hidden_rows=(), hidden_columns=(), shown_as=""):
    """老的 .xls（BIFF8，装在 OLE 容器里），只有文字、数、公式错误（#N/A）；shown_as 是各个数的数字格式。"""

    def record(kind, body):
        return struct.pack("<HH", kind, len(body)) + body

    def text(value):
        return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")

    cells = b""
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            head = struct.pack("<HHH", at, column, 1)
            if value == "#N/A":
                cells += record(0x0205, head + bytes([42, 1]))
            elif isinstance(value, str):
                cells += record(0x0204, head + text(value))
            elif value is not None:
                cells += record(0x0203, head + struct.pack("<d", value))
    start, end = record(0x0809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), record(0x000A, b"")
    name = "图斑".encode("utf-16-le")
    plain, padded = (struct.pack("<HH", 0, at) + bytes(16) for at in (0, 164))
    styles = record(0x041E, struct.pack("<H", 164) + text(shown_as or "0"))
    styles += record(0x00E0, plain) + record(0x00E0, padded)
    for at in hidden_rows:
        cells += record(0x0208, struct.pack("<HHHHIHH", at, 0, 9, 0, 0, 0x20, 0))
    for at in hidden_columns:
        cells += record(0x007D, struct.pack("<HHHHHH", at, at, 9, 0, 1, 0))
    place = len(start) + len(styles) + 12 + len(name) + len(end)
    book = start + styles + record(0x0085, struct.pack("<IHBB", place, 0, 2, 1) + name) + end
    assert len(book) == place
    width = max(map(len, rows))
    inside = struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)
    dimensions = record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    return _in_container(book + record(0x0809, inside) + dimensions + cells + end)


def _in_container(stream):
    """一个只有 Workbook 流的 OLE 复合文件：扇区 0 是分配表，1 是目录，其余是内容。"""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    assert len(table) == 512
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    )
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)

    def entry(name, kind, child, begin, size):
        coded = name.encode("utf-16-le") + b"\0\0"
        free = 0xFFFFFFFF
        return (
            coded.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(coded), kind, 1, free, free, child)
            + bytes(36)
            + struct.pack("<IQ", begin, size)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        "Workbook", 2, 0xFFFFFFFF, 2, len(stream)
    )
    return header + table + folder.ljust(512, b"\0") + stream
