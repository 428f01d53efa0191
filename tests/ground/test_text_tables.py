"""分列的文字：引号吞掉的行说出来，分列的符号看前面各行，编码认得出，读了几条和文件有几行对得上。"""

import pytest

from taiping.ground.tables import TableError, read_csv, read_pasted

HEAD = "村,图斑编号,面积（亩）,小地名,备注"
LINES = [HEAD, *(f"团碾,T-{n},{n}.5,塆里,见附图" for n in range(1, 21))]


def text(*changes, mark=",", end="\r\n"):
    """二十行的表；changes 是 (第几行, 原来的字, 换成的字)。"""
    lines = list(LINES)
    for number, old, new in changes:
        lines[number - 1] = lines[number - 1].replace(old, new)
    return end.join(line.replace(",", mark) for line in lines)


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([(4, "见附图", '"见附图')], "第 4 行有一个引号没有配上，后面 17 行"),
        ([(4, "塆里", '"塆里')], "第 4 行有一个引号没有配上，后面 17 行"),
        (
            [(4, "见附图", '"见附图'), (9, "见附图", '见附图"')],
            "第 4 行有一个引号，到第 9 行才配上",
        ),
        ([(4, "见附图", '"见附图'), (9, "见附图", '"见附图')], "第 4 行的引号没有配好"),
        ([(4, "塆里", '"塆里'), (6, "塆里", '塆里"')], "第 4 行有一个引号，到第 6 行才配上"),
        ([(4, "塆里", '"塆里'), (4, "见附图", '"见附图')], "第 4 行的引号没有配好"),
    ],
)
def test_a_quote_that_swallows_rows_or_cells_is_told_with_its_line(mark, changes, told):
    written = text(*changes, mark=mark)

    with pytest.raises(TableError, match=told):
        read_csv(written.encode())
    if mark == "\t":
        with pytest.raises(TableError, match=told):
            read_pasted(written)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ((4, "塆里", '"塆里\n坎上"'), "塆里\n坎上"),
        ((4, "塆里", '"塆里,坎上\n河边"'), "塆里,坎上\n河边"),
        ((4, "塆里", '"塆里""大"""'), '塆里"大"'),
        ((4, "塆里", '5"管'), '5"管'),
    ],
)
def test_quotes_that_are_meant_are_read(change, value):
    sheet = read_csv(text(change).encode())

    assert len(sheet.rows) == 21
    assert sheet.rows[3][1][3] == value
    told = ["文件有 22 行，读成 21 条：第 4 条里有一格写了几行字。"] if "\n" in value else []
    assert sheet.notes == told


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("above", ["", "太平镇撂荒图斑\n", "太平镇，2024年\n单位：亩、个\n\n"])
def test_the_separator_is_the_one_of_most_lines(mark, above):
    sheet = read_csv((above + text(mark=mark, end="\n")).encode())

    assert sheet.rows[-1][1] == ["团碾", "T-20", "20.5", "塆里", "见附图"]


def test_decimal_commas_and_a_told_separator_do_not_mislead():
    assert read_csv("sep=;\n村;面积\n团碾;3,5".encode()).rows[-1][1] == ["团碾", "3,5"]
    rows = "\n".join(["村;面积", *["团碾;3,5"] * 9])
    assert read_csv(rows.encode()).rows[-1][1] == ["团碾", "3,5"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_and_line_ends_of_old_and_new_programs(encoding, end):
    sheet = read_csv(text(end=end).encode(encoding))

    assert sheet.rows[0][1] == HEAD.split(",")
    assert len(sheet.rows) == 21


def test_a_file_that_broke_off_is_not_read_as_another_encoding():
    with pytest.raises(TableError, match="第 21 行有读不出的字，文件可能没有传完整"):
        read_csv(text().encode()[:-1])


@pytest.mark.parametrize("written", ['"=""001"""', '="001"', "'001"])
def test_signs_for_the_spreadsheet_are_taken_off(written):
    assert read_csv(f"村,图斑编号\n团碾,{written}".encode()).rows[1][1] == ["团碾", "001"]


def test_pasted_rows_without_tabs_are_split_too():
    assert read_pasted("村,面积\n团碾,3").rows[1][1] == ["团碾", "3"]
