"""表格的读写：好的读得全，坏的用一句话拒绝，写出去再读回来一样。"""

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from taiping.ground import books, tables
from taiping.ground.tables import TableError

pytestmark = pytest.mark.any_database

LOST_CODE = "是被表格软件改成科学计数法的编号，请把这一列设成“文本”再填完整的编号。"


def xlsx(*rows, title="表"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return books.to_bytes(book)


def test_workbook_is_read_as_plain_values_with_its_row_numbers():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "下发"
    sheet["B3"], sheet["C3"], sheet["D3"] = " 图斑编号 ", "截止日期", "面积"
    sheet["B5"], sheet["C5"], sheet["D5"], sheet["E5"] = 24, date(2024, 9, 30), 99.300001, True

    (found,) = tables.read_workbook(books.to_bytes(book))

    assert found.name == "下发"
    assert found.rows == [
        (3, [None, "图斑编号", "截止日期", "面积", None]),
        (5, [None, 24, date(2024, 9, 30), 99.300001, True]),
    ]
    assert type(found.rows[1][1][1]) is int


def test_workbook_is_read_from_a_path_too(tmp_path):
    path = tmp_path / "表.xlsx"
    path.write_bytes(xlsx(["村"], ["团碾"]))

    assert tables.read_workbook(path)[0].rows == [(1, ["村"]), (2, ["团碾"])]


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return stream.getvalue()


def broken():
    """包还在，里面的表坏了。"""
    source, target = io.BytesIO(xlsx(["村"])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, b"<worksheet><sheetData><row" if "sheet1" in name else old.read(name)
            )
    return target.getvalue()


def stray_cell(reference):
    book = openpyxl.Workbook()
    book.active["A1"], book.active[reference] = "村", "手滑"
    return books.to_bytes(book)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空文件"),
        ("村,面积\n团碾,3".encode(), "这不是 Excel 表格"),
        (b"%PDF-1.7 something", "这不是 Excel 表格"),
        (zipped(word__document_xml="<w/>"), "这是Word 文件"),
        (zipped(other_xml="<w/>"), "里面不是 Excel 表格"),
        (b"PK\x03\x04" + b"junk" * 50, "是坏的"),
        (xlsx(["村"])[:3000], "是坏的"),
        (broken(), "是坏的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "是坏的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "加了密码"),
        (xlsx(), "是空的"),
        (stray_cell("A1048576"), "第 1048576 行还有内容"),
        (stray_cell("XFD3"), "XFD 列还有内容"),
        (stray_cell("ZZ150000"), "铺到了第 150000 行、ZZ 列"),
    ],
)
def test_file_that_is_no_table_is_refused_in_words(content, told):
    with pytest.raises(TableError, match=told):
        tables.read_workbook(content)


def test_cells_that_only_carry_a_border_far_below_do_no_harm():
    book = openpyxl.Workbook()
    book.active["A1"] = "村"
    book.active["XFD1048576"].border = openpyxl.styles.Border(
        top=openpyxl.styles.Side(style="thin")
    )

    assert tables.read_workbook(books.to_bytes(book))[0].rows == [(1, ["村"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_offices_use(encoding):
    text = '村,小地名,面积（亩）\r\n团碾,"塆里,坎上",3.50\r\n\r\n双福,,\r\n'

    sheet = tables.read_csv(text.encode(encoding))

    assert sheet.rows == [
        (1, ["村", "小地名", "面积（亩）"]),
        (2, ["团碾", "塆里,坎上", "3.50"]),
        (4, ["双福", None, None]),
    ]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01\x02", b"\r\n \r\n"])
def test_csv_without_readable_text_is_refused(content):
    with pytest.raises(TableError):
        tables.read_csv(content)


def test_pasted_rows_are_split_at_tabs():
    assert tables.read_pasted("村\t面积\n团碾\t3,5").rows == [
        (1, ["村", "面积"]),
        (2, ["团碾", "3,5"]),
    ]
    with pytest.raises(TableError, match="没有粘贴内容"):
        tables.read_pasted("  \n")


@pytest.mark.parametrize(
    "written",
    [
        "2024-09-30",
        "2024/9/30",
        "2024年9月30日",
        "2024.9.30",
        "2024 年 9 月 30 日",
        "２０２４－９－３０",
        date(2024, 9, 30),
        datetime(2024, 9, 30, 8),
        45565,
        "2024-09-30 00:00:00",
    ],
)
def test_dates_are_read_in_every_usual_way(written):
    assert tables.as_date(written) == date(2024, 9, 30)


@pytest.mark.parametrize(
    ("read", "written", "told"),
    [
        (tables.as_date, "13月", "“13月”不是日期，请写成 2024-10-20 这样。"),
        (tables.as_date, "2024-02-30", "“2024-02-30”这一天不存在，请写成 2024-10-20 这样。"),
        (tables.as_date, 24, "“24”不是日期，请写成 2024-10-20 这样。"),
        (tables.as_decimal, "3,5", "“3,5”不是数字，请填如 3.50。"),
        (tables.as_decimal, "608亩", "“608亩”不是数字，请填如 3.50。"),
        (tables.as_decimal, "NaN", "“NaN”不是数字，请填如 3.50。"),
        (tables.as_decimal, True, "“是”不是数字，请填如 3.50。"),
        (tables.as_decimal, date(2024, 9, 30), "“2024-09-30”不是数字，请填如 3.50。"),
        (tables.as_int, 24.5, "“24.5”不是整数，请填如 24。"),
        (tables.as_int, "二十四", "“二十四”不是整数，请填如 24。"),
        (tables.as_bool, "也许", "“也许”看不出是还是否，请填“是”或“否”。"),
        (tables.as_moment, "昨天", "“昨天”不是时间，请填如 2024-09-30 15:04:05，或留空。"),
        (tables.as_code, 1.23457e18, "“1.23457e+18”" + LOST_CODE),
        (tables.as_code, "1.23457E+18", "“1.23457E+18”" + LOST_CODE),
    ],
)
def test_wrong_cell_is_refused_with_what_was_found_and_what_would_do(read, written, told):
    with pytest.raises(ValueError) as refused:
        read(written)

    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (tables.as_decimal, "99.300001", Decimal("99.300001")),
        (tables.as_decimal, 99.300001, Decimal("99.300001")),
        (tables.as_decimal, 0.1 + 0.2, Decimal("0.3")),
        (tables.as_decimal, "1,010.5", Decimal("1010.5")),
        (tables.as_decimal, "－３．５", Decimal("-3.5")),
        (tables.as_int, 24.0, 24),
        (tables.as_int, "26", 26),
        (tables.as_bool, "是", True),
        (tables.as_bool, "否", False),
        (tables.as_text, 500151124201.0, "500151124201"),
        (tables.as_text, "甲\r\n乙\x0b ", "甲\n乙"),
        (tables.as_code, "0012", "0012"),
        (tables.as_moment, "2024-09-30 15:04:05.123456", datetime(2024, 9, 30, 15, 4, 5, 123456)),
        (tables.as_text, None, ""),
        (tables.as_date, None, None),
        (tables.as_decimal, "", None),
        (tables.as_int, None, None),
        (tables.as_bool, " ", None),
        (tables.as_moment, None, None),
    ],
)
def test_cells_are_read_as_what_they_mean(read, written, value):
    assert read(written) == value
    assert type(read(written)) is type(value)


def test_what_is_written_comes_back_and_formulas_stay_text():
    book = books.new_book()
    kinds = ("底线", "工作量")
    name, kind = books.Column("名称", note="照原文"), books.Column("类型", choices=kinds)
    columns = [name, books.Column("数"), kind]
    rows = [
        ["=1+1", Decimal("-3.5"), "底线"],
        ["@某人", Decimal("12345678901234.123456"), "工作量"],
        ["+86", date(2024, 9, 30), True],
        ["-", None, ""],
    ]
    books.add_sheet(book, "表", columns, rows, note_row=True)
    content = books.to_bytes(book)

    (sheet,) = tables.read_workbook(content)
    opened = openpyxl.load_workbook(io.BytesIO(content))["表"]

    assert [values for _, values in sheet.rows[2:]] == [
        ["=1+1", -3.5, "底线"],
        ["@某人", "12345678901234.123456", "工作量"],
        ["+86", date(2024, 9, 30), "是"],
        ["-", None, None],
    ]
    assert opened["A3"].data_type == "s"
    assert opened["B3"].data_type == "n"
    assert (opened.freeze_panes, opened.auto_filter.ref) == ("B3", "A2:C6")
    assert opened.data_validations.dataValidation[0].formula1 == '"底线,工作量"'
    assert (opened.page_setup.orientation, opened.page_setup.paperSize) == ("landscape", 9)


def test_text_too_long_for_a_cell_is_refused_not_cut():
    with pytest.raises(TableError, match="40000 个字"):
        books.add_sheet(books.new_book(), "表", [books.Column("说明")], [["长" * 40000]])


def test_a_workbook_whose_parts_lie_elsewhere_is_refused_as_damaged():
    """中间少了一段的压缩包：目录里写的位置落到了文件外面。"""
    content = xlsx(["图斑编号"], ["T-1"])

    for at in range(0, len(content) // 2, 97):
        with pytest.raises(TableError, match=r"坏的|不是"):
            tables.read_workbook(content[:at] + content[at + 30 :])


def test_a_workbook_with_broken_styles_is_refused_as_damaged():
    """读取库读得了，看不出哪些行是隐藏的、怎么显示的：不猜。"""
    whole, stream = io.BytesIO(xlsx(["图斑编号"], ["T-1"])), io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace(b"</cellXfs>", b"</cellXfs>&"))

    with pytest.raises(TableError, match="坏的"):
        tables.read_workbook(stream.getvalue())
