"""测试自己写的、办公室里真有的怪表格：隐藏的、公式没有算的、补 0 的、名字写反斜杠的、网页存成的。"""

import io
import zipfile

from openpyxl import Workbook

from tests.worlds.patch_files import HEADER

SHEET = "xl/worksheets/sheet1.xml"
HTML = (
    "<html><head><meta http-equiv='Content-Type' content='text/html; charset=gb2312'>"
    "<style>td{mso-number-format:General}</style></head><body><table>"
    "<tr><td colspan=4>太平镇撂荒图斑</td></tr>"
    "<tr><th>村</th><th>图斑编号</th><th>面积（亩）</th><th>备注</th></tr>"
    "<tr><td rowspan=2>团碾</td><td>T-1</td><td>3.50</td><td>坡上<br>河边</td></tr>"
    "<tr><td>T-2</td><td>4&nbsp;</td><td>&#24352;三</td></tr>"
    "<tr style='display:none'><td>团碾</td><td>T-3</td><td>5</td><td></td></tr>"
    "</table></body></html>"
)
XML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet ss:Name="图斑"><Table>'
    "<Row>{}</Row><Row ss:Index='4'>{}</Row><Row ss:Hidden='1'>{}</Row></Table></Worksheet>"
    '<Worksheet ss:Name="旧表"><Table><Row>{}</Row></Table>'
    "<WorksheetOptions xmlns='urn:schemas-microsoft-com:office:excel'>"
    "<Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>"
)


def book_of(*rows):
    """(工作簿, 第一张表)，表头是 HEADER 的前四列。"""
    book = Workbook()
    sheet = book.active
    sheet.title = "图斑"
    for row in (HEADER[:4], *rows):
        sheet.append(row)
    return book, sheet


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(content, change=lambda name, data: data, rename=lambda name: name):
    """xlsx 里的各份改一改再装回去。"""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo("placeholder")
            info.filename = rename(name)
            new.writestr(info, change(name, old.read(name)))
    return made.getvalue()


def with_backslashes(content):
    return rewritten(content, rename=lambda name: name.replace("/", "\\"))


def with_number(content, written, text):
    """把写成 written 的那个数换成 text，照别的软件的写法。"""
    found, new = f"<v>{written}</v>".encode(), f"<v>{text}</v>".encode()
    return rewritten(content, lambda name, data: data.replace(found, new))


def strict(content):
    """严格的 OOXML：只是命名空间不一样。"""
    pairs = [
        (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
         b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
         b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
    ]  # fmt: skip

    def change(name, data):
        for old, new in pairs:
            data = data.replace(old, new)
        return data

    return rewritten(content, change)


def spreadsheet_xml(*rows):
    """Excel 2003 的 XML 表格：第三行隐藏，最后一行在隐藏的表里。"""

    def cells(row):
        kinds = ["Number" if isinstance(value, (int, float)) else "String" for value in row]
        data = zip(kinds, row, strict=True)
        return "".join(f'<Cell><Data ss:Type="{k}">{v}</Data></Cell>' for k, v in data)

    return XML.format(*(cells(row) for row in rows)).encode()
