"""别人写的文字、文件再长再怪，用的时间只按长度长，占的地方有上限：长了四倍，CPU 时间也不过几倍（不看钟）。"""

import io
import json
import logging
import re
import struct
import zipfile

import pytest

from plots.evidence.checking import clean_name
from plots.evidence.documents import Refused, check_pdf
from plots.importing.extra_keys import extra_keys
from plots.importing.layout import ColumnUse
from plots.models.columns import units_in
from plots.pages.file_fields import DeviceField
from taiping.audit.signing import fitting
from taiping.ground.geometry.boundary_points import read_points
from taiping.ground.geometry.dbf import read_dbf
from taiping.ground.geometry.features import tabled
from taiping.ground.geometry.geojson import read_geojson
from taiping.ground.geometry.kml import read_kml
from taiping.ground.tables import (
    TableError,
    as_bool,
    as_code,
    as_date,
    as_decimal,
    as_int,
    as_moment,
    read_csv,
    refuse_unfit,
    tidy_header,
)
from taiping.ground.tables.reading import _last_tags, _merges
from taiping.operations.logs import LONGEST_LINE, TRACE_LINE, LineFormatter, masked, masked_start
from tasks import workbook
from tasks.workbook.members import People
from tests.worlds.hostile import TOO_MUCH, times_longer
from tests.worlds.photos import pdf
from villages.places.matching import tidy

PHONE = "1" + "38" + "0013" + "8000"  # 拼出来的，不是谁的号码
ACCENTS = "\u0301\u0316"  # 音标上下交替：标准库要一个个排次序
ODD = [
    "x",
    "1",
    " ",
    "é",
    ACCENTS,
    "ﷺ",
    "password",
    "'",
    "a://b:",
    "9,999",
    "1e9",
    "村\n",
    "\u3000",
]


def answers(function, *kinds):
    """函数收下或用一句话拒绝，都算回答了。"""

    def ask(text):
        try:
            return function(text)
        except kinds:
            return None

    return ask


def sheet(content, name="xl/worksheets/sheet1.xml"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, content)
    return stream.getvalue()


READERS = {
    "masked": masked,
    "masked_start": lambda text: masked_start(text, 150),
    "tidy": tidy,
    "tidy_header": tidy_header,
    "units_in": units_in,
    "clean_name": clean_name,
    "device": DeviceField().clean,
    **{
        each.__name__: answers(each, ValueError)
        for each in (as_code, as_date, as_decimal, as_int, as_bool, as_moment)
    },
}


@pytest.mark.parametrize("name", READERS)
def test_text_of_any_length_and_kind(name):
    slow = [
        piece
        for piece in ODD
        if times_longer(READERS[name], lambda length, piece=piece: (piece * length)[:length], 5000)
        > TOO_MUCH
    ]

    assert slow == []


@pytest.mark.parametrize(
    "piece",
    [
        b"1",
        b"1 ",
        b"1 1 obj",
        b"obj",
        b" obj",
        b"1  ",
        b"startxref ",
        b"%%EOF",
        b"1 obj1",
    ],
    ids=repr,
)
def test_pdf_that_is_one_thing_over_and_over(piece):
    def make(length):
        return b"%PDF-1.4\n" + (piece * length)[:length] + b"x\nstartxref\n5\n%%EOF\n"

    assert times_longer(answers(check_pdf, Refused), make, 20_000) <= TOO_MUCH


@pytest.mark.parametrize(
    ("body", "is_good"),
    [
        (b"1 0 obj\n", True),
        (b"7\r\n0\r\nobj<<", True),
        (b"obj 12 0  obj ", True),
        (b"x 12 obj\n", False),
        (b"1 0 object\n", False),
        (b"1 x obj\n", False),
        (b"a 0 obj\n", False),
    ],
)
def test_pdf_is_good_when_it_has_an_object(body, is_good):
    content = b"%PDF-1.4\n" + body + b"\nstartxref\n5\n%%EOF\n"

    if is_good:
        check_pdf(content)
    else:
        with pytest.raises(Refused, match="不完整或已损坏"):
            check_pdf(content)
    check_pdf(pdf())


@pytest.mark.parametrize(
    "piece",
    [
        b"<row ",
        b"<x:row ",
        b"<row r=",
        b"<w",
        b'<row r="1"',
        b' r="AA1"',
        b' r="AA1" s="1',
        b" r='AA1' s=",
        b'<c r="AA1" ',
        b"<c ",
        b'<c r="AA1">',
        b" r=",
        b"<",
        b">",
        b"<row\n",
        b'" r="ZZ1" ',
    ],
    ids=repr,
)
def test_sheet_that_is_one_thing_over_and_over(piece):
    asked = answers(refuse_unfit, TableError)

    assert times_longer(asked, lambda length: sheet((piece * length)[:length]), 40_000) <= TOO_MUCH


@pytest.mark.parametrize(
    "row",
    [
        '<row r="150000">',
        '<x:row r="150000">',
        '<row spans="1:9" r="150000" ht="15">',
        "<row r='150000'>",
        '<row\n  r="150000">',
    ],
)
@pytest.mark.parametrize("before", [0, 20, (1 << 20) - 12, (1 << 20) - 1, 1 << 20])
def test_far_cells_are_seen_in_every_way_of_writing_also_where_the_file_is_cut_in_pieces(
    row, before
):
    wide = '<c r="ZZ150000" s="1"><v>1</v></c>'
    content = sheet(" " * before + row + wide)

    with pytest.raises(TableError, match="铺到了第 150000 行、ZZ 列"):
        refuse_unfit(content)


def test_only_the_last_two_tags_wait_for_the_next_piece():
    assert _last_tags(b"<a><b><c r=") == b"<b><c r="
    assert _last_tags(b"no tags at all") == b"no tags at all"
    assert len(_last_tags(b"x" * 1_000_000)) == 1 << 16


def test_merged_cells_never_fill_more_than_the_table():
    everything = [((0, 0), (1_048_575, 0))] * 1000

    assert _merges(everything, last=500) == [(1, 500, 0)]
    assert _merges([((4, 2), (6, 2)), ((0, 2), (3, 2)), ((1, 1), (1, 5))], last=500) == [
        (1, 4, 2),
        (5, 7, 2),
    ]


def test_columns_of_one_name_are_numbered_in_time():
    def number(length):
        return extra_keys([ColumnUse(index, "备注", "EXTRA") for index in range(length)])

    assert list(number(3).values()) == ["备注", "备注（2）", "备注（3）"]
    assert times_longer(number, lambda length: length, 500) <= TOO_MUCH


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\n" * 3_000_000, "空的"),
        (b"a\n" * 200_001, "最多 200000 行"),
        (b"a," * 702 + b"a\n1", "最多 702 列"),
    ],
)
def test_csv_that_has_no_end_is_refused(content, told):
    with pytest.raises(TableError, match=told):
        read_csv(content)


@pytest.mark.parametrize(
    "tags",
    [
        ("<Placemark>", "</Placemark>"),
        ("<Polygon><outerBoundaryIs>", "</outerBoundaryIs></Polygon>"),
        ("<outerBoundaryIs><coordinates>", "</coordinates></outerBoundaryIs>"),
        ("<Data><value>", "</value></Data>"),
    ],
    ids=str,
)
def test_kml_with_a_thing_in_a_thing_in_a_thing(tags):
    def make(length):
        body = tags[0] * length + tags[1] * length
        return f"<kml><Placemark><Polygon>{body}</Polygon></Placemark>{body}</kml>".encode()

    assert times_longer(answers(read_kml, TableError), make, 500) <= TOO_MUCH


def test_geojson_with_a_field_of_its_own_in_every_feature_is_refused():
    features = [
        {"type": "Feature", "properties": {f"f{number}": 1}, "geometry": None}
        for number in range(703)
    ]
    same = [
        {
            "type": "Feature",
            "properties": {f"f{number}": 1 for number in range(700)},
            "geometry": None,
        }
    ] * 30_000

    with pytest.raises(TableError, match="703 个不同的字段"):
        read_geojson(json.dumps({"features": features}).encode())
    with pytest.raises(TableError, match="太大了"):
        tabled([feature["properties"] for feature in same])


def test_geojson_nested_without_end_is_an_empty_shape():
    geometry = {"type": "Point", "coordinates": [106, 29]}
    for _ in range(250):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": geometry}

    shapes = read_geojson(json.dumps({"features": [feature]}).encode()).geometries

    assert len(shapes) == 1


def points(rings, corners):
    lines = [
        f"J{n},{ring + 1},{n % 7},{ring * 9 + n % 5}"
        for ring in range(rings)
        for n in range(corners)
    ]
    return "\n".join(["[属性描述]", "[地块坐标]", "4,1,T1,地,面,,,,@", *lines]).encode()


def test_boundary_points_with_too_many_rings_are_refused_and_long_rings_take_their_time_only():
    with pytest.raises(TableError, match="501 个圈，最多 500 个"):
        read_points(points(501, 3))
    assert times_longer(read_points, lambda length: points(2, length), 5000) <= TOO_MUCH


def test_dbf_with_many_fields_of_no_width_is_refused():
    column = b"A".ljust(11, b"\0") + b"C" + b"\0" * 4 + b"\0\0" + b"\0" * 14
    columns, count = 500, 50_000
    start = 32 + 32 * columns + 1
    head = b"\x03\0\0\0" + struct.pack("<IHH", count, start, 1) + b"\0" * 20
    content = head + column * columns + b"\r" + b" " * count

    with pytest.raises(TableError, match="50000 条、500 个字段，太大了"):
        read_dbf(content)


@pytest.mark.parametrize(
    "secret",
    [
        PHONE,
        "password=Zheshi-mima-1",
        "password='Zheshi mima 1'",
        'token: "Zheshi mima 1"',
        "postgres://u:Zheshi-mima-1@h/x",
    ],
)
def test_a_secret_where_the_text_is_cut_is_never_shown_in_part(secret):
    for visible in range(len(secret) + 1):
        text = "。" * (150 - visible) + secret + "。" * 500

        told = masked_start(text, 150)

        assert "Zhe" not in told
        assert "1" + "380" + "0" not in told
        assert len(told) <= 155


def test_a_long_column_keeps_its_start_and_fits():
    assert fitting("username", "a" * 1_000_000) == "a" * 150
    assert fitting("username", PHONE) == "138****8000"
    assert fitting("what", "password=1 " * 100)[:26] == "password=*** password=*** "
    assert len(fitting("what", "password=1 " * 100)) == 300


def line_of(message, error=None):
    record = logging.LogRecord("taiping", logging.ERROR, "", 1, message, (), error)
    return LineFormatter("{levelname} {message}", style="{").format(record)


def test_a_log_line_is_cut_with_a_mark_and_keeps_its_start():
    told = line_of("没有 /" + "x" * 1_000_000)

    assert told.startswith("ERROR 没有 /xxx")
    assert told.endswith("……（共 1000010 个字，只记开头）")
    assert len(told) < LONGEST_LINE + 100


def test_a_traceback_keeps_both_ends_and_short_lines():
    try:
        raise ValueError("\n".join(["y" * 100_000, *["z"] * 5000, f"password={PHONE}"]))
    except ValueError as error:
        told = line_of("存不进去", (ValueError, error, error.__traceback__))

    lines = told.splitlines()
    assert lines[1] == "Traceback (most recent call last):"
    assert max(map(len, lines)) < TRACE_LINE + 100
    assert len(lines) == 1 + 50 + 1 + 150
    assert re.fullmatch(r"……（中间 \d+ 行没有记）", lines[51])
    assert lines[-1] == "password=***"


def plan_with(rows):
    plan = {
        "model": "tasks.plan",
        "fields": {
            "year": 2024,
            "title": "方案",
            "issuer": "太平镇人民政府",
            "starts_on": "2024-01-01",
            "ends_on": "2024-12-31",
        },
    }
    return json.dumps([plan, *rows]).encode()


def groups(count, first_parent):
    """一个归一个管，串成一长串；first_parent 是最上面的归谁管。"""
    parents = [first_parent, *(f"组{number}" for number in range(count - 1))]
    return plan_with(
        [
            {
                "model": "tasks.workinggroup",
                "fields": {
                    "plan": [2024],
                    "name": f"组{number}",
                    "order": 1,
                    "parent": parent and [2024, parent],
                },
            }
            for number, parent in enumerate(parents)
        ]
    )


def strangers(count):
    """同样多的干部（都叫一个名字）、任务，和同样多对不上的行。"""
    cadres = [
        {"model": "villages.cadre", "fields": {"name": "王", "post": f"职{n}", "order": 1}}
        for n in range(count)
    ]
    named = [
        {"model": "tasks.target", "fields": {"plan": [2024], "code": f"t{n}", "name": f"任务{n}"}}
        for n in range(count)
    ]
    lost = [
        {"model": "tasks.milestone", "fields": {"target": [2024, "x"], "code": f"s{n}"}}
        for n in range(count)
    ]
    return plan_with(cadres + named + lost)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make",
    [
        lambda count: groups(count, None),
        lambda count: groups(count, f"组{count - 1}"),
        strangers,
    ],
    ids=["chain", "circle", "strangers"],
)
def test_a_plan_of_many_rows_that_point_at_each_other(make):
    assert (
        times_longer(lambda content: workbook.examine(content, "方案.json"), make, 1000) <= TOO_MUCH
    )


@pytest.mark.django_db
def test_every_group_of_a_circle_is_told_and_nobody_else():
    circle = json.loads(groups(3, "组2"))
    outside = {
        "model": "tasks.workinggroup",
        "fields": {"plan": [2024], "name": "外", "order": 1, "parent": [2024, "组1"]},
    }

    review = workbook.examine(json.dumps([*circle, outside]).encode(), "方案.json")

    assert [problem.row for problem in review.errors if "绕成了圈" in problem.advice] == [
        2,
        3,
        4,
    ]


def test_of_very_many_people_of_one_name_twenty_are_listed():
    people = People([("王", f"职{number}") for number in range(30)])

    with pytest.raises(ValueError, match=r"王（职0）、.*、王（职19） 等 30 个。"):
        people.find("王")
    assert people.find("王（职25）") == (("王", "职25"), "")
