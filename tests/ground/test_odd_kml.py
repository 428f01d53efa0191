"""少见的 KML：编码、前缀、& 和坐标里的空格，只有一种意思的就读；不然说清第几行第几列。"""

import pytest

from taiping.ground.geometry.coordinates import Unreadable, points_of
from taiping.ground.geometry.kml import read_kml
from taiping.ground.geometry.xml_text import parse_xml
from taiping.ground.tables import TableError
from tests.worlds.geo_files import kml
from tests.worlds.hostile import TOO_MUCH, times_longer

pytestmark = pytest.mark.any_database

RING = "106.05,29.85,0 106.06,29.85,0 106.06,29.86,0 106.05,29.85,0"
POINTS = [(106.05, 29.85), (106.06, 29.85), (106.06, 29.86), (106.05, 29.85)]
PLAIN = kml(("T-1", {"小地名": "塆里"}, POINTS[:-1])).decode()
POINT = "<Placemark><name>界桩</name><Point><coordinates>106,29</coordinates></Point></Placemark>"
LINK = "<NetworkLink><Link><href>https://例/a.kml</href></Link></NetworkLink>"


def headed(encoding):
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{PLAIN}'


def place_of(content):
    found = read_kml(content if isinstance(content, bytes) else content.encode())
    return dict(zip(found.fields, found.rows[0], strict=True)).get("小地名")


def refused(text):
    with pytest.raises(TableError) as refusal:
        read_kml(text.encode())
    return str(refusal.value)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("GBK", "gbk"),
        ("gb2312", "gbk"),
        ("UTF-8", "gbk"),
        ("ISO-8859-1", "gbk"),
        ("GBK", "utf-8"),
        ("没有这种", "utf-8"),
        ("Big5", "big5"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-le"),
    ],
)
def test_text_is_read_whatever_the_file_says_about_its_encoding(said, written):
    text = headed(said).replace("塆里", "大田")

    assert place_of(text.encode(written, "ignore")) == "大田"


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("塆里", "张三&李四 & 王五", "张三&李四 & 王五"),
        ("塆里", "张三&nbsp;李四&amp;&lt;", "张三\xa0李四&<"),
        ("塆里", "<![CDATA[张三&李四]]> &", "张三&李四 &"),
        ("塆里", "<5亩的田", "<5亩的田"),
        ("塆里", "塆\x0b里&#11;", "塆里"),
        ("<Document>", '<Document xsi:schemaLocation="a b">', "塆里"),
        ("<name>", "<gx:drawOrder>1</gx:drawOrder><name>", "塆里"),
        ("<kml xmlns=", "\n\n <kml xmlns=", "塆里"),
    ],
)
def test_what_can_be_meant_in_one_way_only_is_read(before, after, place):
    assert place_of(PLAIN.replace(before, after)) == place


def test_a_prefix_on_the_root_itself_may_be_undeclared():
    text = PLAIN.replace("<kml xmlns=", "<k:kml xmlns=").replace("</kml>", "</k:kml>")

    assert place_of(text) == "塆里"


def test_what_cannot_be_read_is_said_with_line_and_column():
    wrong = PLAIN.replace("</LinearRing>", "\n</LinerRing>")
    assert "第 2 行第 3 列读不下去：标签没有配上，在“</LinerRing>" in refused(wrong)
    assert "到第 1 行就断了" in refused(PLAIN[:-9])
    assert "<!DOCTYPE>" in refused(f"<!DOCTYPE kml>{PLAIN}")
    assert "网络链接" in refused(f"<kml>{LINK}</kml>")


@pytest.mark.parametrize(
    "text",
    [
        RING,
        RING.replace(",", ", "),
        RING.replace(",", " , "),
        RING.replace(",", "，").replace("1", "１"),
        RING.replace(" ", ";"),
        RING.replace(" ", ",\n"),
        RING.replace(",", " "),
        RING.replace(",0", "").replace(",", " "),
        RING.replace(",0", ""),
    ],
)
def test_coordinates_written_in_one_readable_way_are_read(text):
    assert points_of(text) == POINTS


def test_a_ring_that_is_not_closed_is_read_too():
    assert points_of("106.05, 29.85, 0 106.06, 29.85, 0 106.06, 29.86, 0") == POINTS[:3]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (" ".join("1" * 12), "1 1 1 1 1 1 1 1 1 1 1 1"),
        (RING.replace(" ", ""), "106.05,29.85,0106.06,29."),
        (RING.replace("106.06,29.86,0", "东经106.06,29.86"), "东经106.06,29.86"),
        (RING.replace("106.06,29.86,0", "106.06 29.86,0"), "106.06"),
        ("1 2 3 4 5 6 7", "1 2 3 4 5 6 7"),
    ],
)
def test_coordinates_that_may_mean_two_things_are_told(text, word):
    with pytest.raises(Unreadable) as fault:
        points_of(text)

    assert f"“{word}”认不出" in str(fault.value)


def test_a_ring_that_cannot_be_read_is_a_fault_of_its_row_with_line_and_column():
    hole = "<innerBoundaryIs><LinearRing>\n<coordinates>\n 106.05,x</coordinates></LinearRing>"
    text = PLAIN.replace("</outerBoundaryIs>", f"</outerBoundaryIs>{hole}</innerBoundaryIs>")

    found = read_kml(text.encode())

    assert list(found.faults) == [0]
    assert found.faults[0].startswith("文件第 3 行第 2 列的坐标“106.05,x”认不出。")


def test_points_links_and_hidden_ones_beside_polygons_are_said():
    more = f"{POINT}{LINK}</Document>"
    hidden = PLAIN.replace("<name>", "<visibility>0</visibility><name>")

    found = read_kml(hidden.replace("</Document>", more).encode())

    assert [row[0] for row in found.rows] == ["T-1"]
    assert found.notes == [
        "里面有 1 个网络链接（NetworkLink），链到的内容没有读。",
        "有 1 个地标是点或线，不是面，没有读（界桩）。",
        "有 1 个地标在文件里设成了不显示，也读了，请核对要不要。",
    ]
    assert len(read_kml(f"<kml>{POINT}</kml>".encode()).rows) == 1  # 一个面也没有的，照样列出来


@pytest.mark.parametrize(
    "piece", ["&", "<![CDATA[", "<![CDATA[x]]>", "<!--", "<a:b/>", " a:b", "<5", "&nbsp;"]
)
def test_mending_takes_time_in_proportion(piece):
    def make(length):
        return f"<kml>{piece * length}<bad></kml>"

    def ask(text):
        with pytest.raises(TableError):
            parse_xml(text, "KML")

    assert times_longer(ask, make, 2000) <= TOO_MUCH


def test_many_wrong_rings_on_one_line_take_time_in_proportion():
    def make(length):
        ring = (
            "<Polygon><outerBoundaryIs><coordinates>1,x</coordinates></outerBoundaryIs></Polygon>"
        )
        return f"<kml>{f'<Placemark>{ring}</Placemark>' * length}</kml>".encode()

    assert times_longer(read_kml, make, 500) <= TOO_MUCH
