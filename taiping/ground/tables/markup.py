"""名字是 .xls、里面是网页或 XML 的表格：网上的系统导出的多半是这样，表格软件打得开，这里也读。"""

import re
from email import message_from_bytes
from html.parser import HTMLParser

from defusedxml import DefusedXmlException, ElementTree

from taiping.ground.tables.sheets import (
    EMPTY,
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    TableError,
    error_in,
    refuse_many,
    tidy,
)
from taiping.ground.tables.text import content_of, decoded

SNIFFED = 4096  # 字节：看开头就知道是什么
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
HTML = re.compile(r"<(?:!doctype html|html|head|body|table|meta|style)\b", re.IGNORECASE)
CHARSET = re.compile(rb"""charset\s{0,5}=\s{0,5}["']?([\w-]{1,30})""", re.IGNORECASE)
HIDDEN_STYLE = re.compile(r"display\s{0,5}:\s{0,5}none|mso-hide\s{0,5}:\s{0,5}all", re.IGNORECASE)
UNSEEN = ("script", "style", "title", "noscript", "template")
BREAKS = ("br", "p", "div", "li")
NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
BROKEN_XML = (
    "这个 XML 表格是坏的，第 {} 行第 {} 列读不下去。请在表格软件里打开，另存为 .xlsx 后再用。"
)


def kind_of(content: bytes) -> str:
    """看开头是哪一种：html、xml、mht；都不是的是空文字。"""
    head = content[:SNIFFED]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        text = head.decode("latin-1")
    text = text.lstrip("\ufeffï»¿ \t\r\n")
    if text[:13].lower() == "mime-version:" or "\nmime-version:" in text.lower()[:1000]:
        return "mht"
    if not text.startswith("<"):
        return ""
    if SPREADSHEET in text and "<html" not in text.lower():
        return "xml"
    return "html" if HTML.search(text) else ""


def read_markup(source: bytes) -> list[Sheet]:
    """网页、XML 的表格（bytes 或路径）→ [Sheet]；读不了抛 TableError。只在有限度的进程里做。"""
    content = content_of(source)
    kind = kind_of(content)
    if kind == "xml":
        sheets = _read_xml(content)
    elif kind == "mht":
        sheets = [sheet for part in _web_pages(content) for sheet in _read_html(part)]
    else:
        sheets = _read_html(content)
    sheets = [sheet for sheet in sheets if sheet.rows]
    if not sheets:
        raise TableError("这是一个网页，里面没有表格。请在表格软件里打开，另存为 .xlsx 后再用。")
    return sheets


def _web_pages(content):
    for part in message_from_bytes(content).walk():
        if part.get_content_type() == "text/html":
            yield part.get_payload(decode=True) or b""


def _read_html(content):
    reader = TableReader()
    reader.feed(_html_text(content))
    reader.close()
    tables = [table for table in reader.tables if table.rows]
    for number, sheet in enumerate(tables, start=1):
        sheet.name = "网页里的表" if len(tables) == 1 else f"网页里的表（{number}）"
    return tables


def _html_text(content):
    found = CHARSET.search(content, 0, SNIFFED)
    if found and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = found[1].decode().lower()
        try:
            return content.decode("gb18030" if name.startswith("gb") else name)
        except (LookupError, UnicodeDecodeError):
            pass  # 写的不对，看内容
    return decoded(content)


class TableReader(HTMLParser):
    """网页里的各张表；表里套着表的，只要里面的。"""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tables, self.open, self.unseen = [], [], 0

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "table":
            self.open.append(Grid())
        elif self.open and tag == "tr":
            self.open[-1].new_row(is_hidden(given))
        elif self.open and tag in ("td", "th"):
            self.open[-1].new_cell(given)
        elif self.open and tag in BREAKS:
            self.open[-1].text("\n" if tag == "br" else " ")

    def handle_endtag(self, tag):
        if tag in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        elif tag == "table" and self.open:
            self._close_table()
        elif self.open and tag in ("td", "th", "tr"):
            self.open[-1].end_cell()

    def handle_data(self, data):
        if self.open and not self.unseen:
            self.open[-1].text(data)

    def close(self):
        super().close()
        while self.open:
            self._close_table()

    def _close_table(self):
        grid = self.open.pop()
        if self.open:
            self.open[-1].inner = True
        if not grid.inner:
            self.tables.append(grid.sheet())


def is_hidden(given: dict[str, str]) -> bool:
    return "hidden" in given or bool(HIDDEN_STYLE.search(given.get("style", "")[:500]))


def _span(given, name):
    text = given.get(name, "1").strip()
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


class Grid:
    """一张正在读的表：左右、上下合并的格子占着各自的位置。"""

    def __init__(self):
        self.rows, self.merges, self.hidden_rows, self.hidden_columns = [], [], set(), set()
        self.taken, self.cell, self.inner = {}, None, False  # taken：第几列 → 占到第几行

    def new_row(self, hidden):
        self.end_cell()
        self.rows.append([])
        if len(self.rows) > MAX_ROWS:
            raise TableError(f"一张表最多 {MAX_ROWS} 行，这张更多。请拆成几个文件。")
        if hidden:
            self.hidden_rows.add(len(self.rows))

    def new_cell(self, given):
        self.end_cell()
        if not self.rows:
            self.new_row(False)
        row, number = self.rows[-1], len(self.rows)
        while self.taken.get(len(row), 0) >= number:
            row.append(None)
        at, down, across = len(row), _span(given, "rowspan"), _span(given, "colspan")
        across = min(across, MAX_COLUMNS + 1 - at)
        for column in range(at, at + across):
            self.taken[column] = number + down - 1
        if down > 1:
            self.merges.append((number, number + down - 1, at))
        row += [None] * max(across, 1)
        refuse_many(number, row)
        self.cell = [at, []]

    def text(self, data):
        if self.cell:
            self.cell[1].append(data)

    def end_cell(self):
        if self.cell:
            at, parts = self.cell
            lines = "".join(parts).replace("\xa0", " ").split("\n")
            self.rows[-1][at] = "\n".join(line for each in lines if (line := each.strip()))
            self.cell = None

    def sheet(self):
        self.end_cell()
        sheet = Sheet("", hidden_rows=self.hidden_rows)
        for number, values in enumerate(self.rows, start=1):
            add_row(sheet, number, values)
        last = sheet.rows[-1][0] if sheet.rows else 0
        sheet.merges = [(top, min(bottom, last), at) for top, bottom, at in self.merges]
        sheet.merges = [merge for merge in sheet.merges if merge[1] > merge[0]]
        return sheet


def add_row(sheet: Sheet, number: int, values: list) -> None:
    values = [tidy(value) for value in values]
    if any(value is not None for value in values):
        sheet.rows.append((number, values))
        for at, value in enumerate(values):
            if fault := error_in(value):
                sheet.faults[number, at] = fault


def _read_xml(content):
    """Excel 2003 的 XML 表格。"""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise TableError(BROKEN_XML.format(*error.position)) from None
    except (DefusedXmlException, ValueError, LookupError):
        raise TableError(
            "这个 XML 表格里有表格软件不会写的声明，没有读。请用表格软件打开，另存为 .xlsx 后再用。"
        ) from None
    sheets = [_xml_sheet(each) for each in root if _tag(each) == "Worksheet"]
    if not any(sheet.rows for sheet in sheets):
        raise TableError(EMPTY)
    return sheets


def _tag(element):
    return element.tag.rpartition("}")[2]


def _given(element, name, default=""):
    return element.get(f"{{{SPREADSHEET}}}{name}", default)


def _number(element, name, default):
    text = _given(element, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


def _xml_sheet(element):
    sheet = Sheet(_given(element, "Name", "表"))
    number = column = 0
    for each in element.iter():
        tag = _tag(each)
        if tag == "Visible":
            sheet.is_hidden = (each.text or "") in ("SheetHidden", "SheetVeryHidden")
        elif tag == "Column":
            column = _number(each, "Index", column + 1)
            span = min(_number(each, "Span", 0), MAX_COLUMNS)
            if _given(each, "Hidden") == "1":
                sheet.hidden_columns.update(range(column - 1, column + span))
            column += span
        elif tag == "Row":
            number = _number(each, "Index", number + 1)
            if _given(each, "Hidden") == "1":
                sheet.hidden_rows.add(number)
            add_row(sheet, number, _xml_row(sheet, number, each))
    return sheet


def _xml_row(sheet, number, row):
    values = []
    for cell in row:
        if _tag(cell) != "Cell":
            continue
        at = _number(cell, "Index", len(values) + 1) - 1
        values += [None] * (at - len(values))
        data = next((each for each in cell if _tag(each) == "Data"), None)
        values.append(None if data is None else _xml_value(data))
        if down := _number(cell, "MergeDown", 0):
            sheet.merges.append((number, number + down, at))
        values += [None] * min(_number(cell, "MergeAcross", 0), MAX_COLUMNS)
        refuse_many(number, values)
    return values


def _xml_value(data):
    text, kind = "".join(data.itertext()), _given(data, "Type")
    if kind == "Number" and NUMBER.fullmatch(text):
        return float(text)
    if kind == "Boolean":
        return text == "1"
    return text.removesuffix("T00:00:00.000") if kind == "DateTime" else text
