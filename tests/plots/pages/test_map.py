"""地图：和台账同一个筛选、同一个范围；看哪里给哪里，太密就合成个数；写错的框用一句话说。"""

import json
from datetime import date
from decimal import Decimal

import pytest
import shapely
from django.core.exceptions import ImproperlyConfigured

from plots import actions
from plots.models import GeometryCheck, Kind, PatchShape
from plots.pages.map import geojson
from taiping.demo import shapes as demo_shapes
from taiping.ground.geometry.shapes import load
from taiping.tiles import image_sources
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_shape,
    make_steps_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db
DEGREES = "EPSG:4490"
DATA = "/patches/map/data.geojson"


def field(lon, lat, side=0.001):
    return shapely.box(lon, lat, round(lon + side, 6), round(lat + side, 6))


class Land:
    """东村两块：一块待整治（已逾期）、一块销了号；西村一块；还有一块没有图形。"""

    def __init__(self):
        self.plan = make_plan()
        self.target = make_steps_target(self.plan)
        self.east, self.west = make_village("东村", order=1), make_village("西村", order=2)
        self.staff, self.checker = (
            make_user("huang", role=Role.STAFF),
            make_user("liu", role=Role.STAFF),
        )
        self.waiting = make_patch(
            self.target, self.east, code="DONG-1", area_mu=Decimal("12.5"), place="柏树湾"
        )
        self.closed = make_patch(self.target, self.east, code="DONG-2")
        self.other = make_patch(self.target, self.west, code="XI-1")
        self.bare = make_patch(self.target, self.west, code="XI-2")
        make_shape(self.waiting, field(106.050, 29.850), crs=DEGREES)
        make_shape(self.closed, field(106.054, 29.850), crs=DEGREES)
        make_shape(self.other, field(106.080, 29.850), crs=DEGREES)
        _, evidence, _ = self.target.milestones.order_by("order")
        actions.report(self.closed, by=self.staff, on=date(2024, 9, 5), step=evidence)
        actions.confirm(self.closed, by=self.checker, on=date(2024, 10, 8))


@pytest.fixture
def land():
    return Land()


@pytest.fixture
def as_staff(client, land):
    client.force_login(land.staff)
    return client


def text_of(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def read(client, query="", path=DATA):
    return json.loads(text_of(client.get(f"{path}?year=2024&{query}")))


def codes(told):
    return sorted(feature["properties"]["code"] for feature in told["features"])


def one(told, code):
    return next(feature for feature in told["features"] if feature["properties"]["code"] == code)


def test_a_patch_comes_with_what_the_popup_says(as_staff):
    told = read(as_staff, "zoom=17")

    feature = one(told, "DONG-1")
    assert feature["properties"] | {"id": 0} == {
        "id": 0,
        "code": "DONG-1",
        "village": "东村",
        "target": "自然撂荒地整治",
        "status": "PENDING",
        "text": "待整治",
        "late": True,
        "area": "12.50",
        "place": "柏树湾",
        "demo": False,
    }
    assert one(told, "DONG-2")["properties"]["text"] == "已销号"
    assert told["words"] == "这个范围里有 3 个图斑。"


def test_only_what_the_box_touches_comes(as_staff):
    assert codes(read(as_staff, "bbox=106.04,29.84,106.06,29.86&zoom=15")) == ["DONG-1", "DONG-2"]
    assert codes(read(as_staff, "bbox=106.0505,29.8505,106.0506,29.8506&zoom=19")) == [
        "DONG-1"
    ]  # 框在图斑里面
    assert codes(read(as_staff, "bbox=105.0,29.0,105.1,29.1&zoom=15")) == []
    assert read(as_staff, "bbox=105.0,29.0,105.1,29.1&zoom=15")["words"] == "这个范围里没有图斑。"


def test_the_secretary_of_another_village_gets_nothing_of_it(client, land):
    make_boundary(land.west, field(106.07, 29.84, 0.03), crs=DEGREES)
    client.force_login(make_user("dong", villages=[land.east]))

    raw = text_of(client.get(f"{DATA}?year=2024&zoom=17"))
    named = text_of(client.get("/patches/map/villages.geojson"))
    page = client.get("/patches/map/?year=2024").content.decode()
    asked = json.loads(text_of(client.get(f"{DATA}?year=2024&village={land.west.pk}&q=XI")))

    assert "DONG-1" in raw and "DONG-1" in page and "东村" in named
    for text in (raw, named, page):
        assert "XI-" not in text and "西村" not in text and "106.08" not in text
    assert asked["features"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=CLOSED", ["DONG-2"]),
        ("overdue=on", ["DONG-1", "XI-1"]),
        ("q=柏树", ["DONG-1"]),
        ("on=2024-09-10&state=reported", ["DONG-2"]),
        ("on=2024-09-10&state=confirmed", []),
        ("on=2024-10-20&state=confirmed", ["DONG-2"]),
        ("on=2024-10-20&basis=recorded&state=confirmed", []),
    ],
)
def test_the_same_conditions_as_the_ledger(as_staff, query, expected):
    ledger = as_staff.get(f"/patches/?year=2024&{query}").context["rows"]

    assert codes(read(as_staff, query)) == expected
    assert sorted(row.patch.code for row in ledger if row.patch.code != "XI-2") == expected


def test_states_are_those_of_the_day_that_was_asked(as_staff):
    assert one(read(as_staff, "on=2024-09-01"), "DONG-2")["properties"]["text"] == "待整治"
    assert one(read(as_staff, "on=2024-09-10"), "DONG-2")["properties"]["text"] == "待核实"
    assert one(read(as_staff, "on=2024-10-10"), "DONG-2")["properties"]["text"] == "已销号"


def test_a_patch_too_small_to_see_is_a_point_in_its_middle(as_staff):
    far, near = one(read(as_staff, "zoom=9"), "DONG-1"), one(read(as_staff, "zoom=17"), "DONG-1")

    assert far["geometry"] == {"type": "Point", "coordinates": [106.0505, 29.8505]}
    assert near["geometry"]["type"] == "Polygon"
    assert shapely.from_geojson(json.dumps(near["geometry"])).equals(field(106.050, 29.850))


def test_bends_nobody_can_see_are_left_out_and_coordinates_are_rounded(land, as_staff):
    wavy = shapely.Point(106.1001234, 29.9001234).buffer(0.002, quad_segs=64)
    make_shape(land.bare, wavy, crs=DEGREES)

    far, near = (
        one(read(as_staff, f"zoom={zoom}"), "XI-2")["geometry"]["coordinates"][0]
        for zoom in (13, 19)
    )

    assert 4 <= len(far) < 40
    assert len(near) > 100
    assert all(round(number, 5) == number for point in far + near for number in point)
    drawn, true = shapely.Polygon(near), shapely.Polygon(wavy)
    assert drawn.symmetric_difference(true).area < true.area / 100


def test_too_many_become_counts_that_add_up(land, as_staff, monkeypatch):
    monkeypatch.setattr(geojson, "LIMIT", 2)

    told = read(as_staff, "zoom=13")

    numbers = sorted(feature["properties"]["number"] for feature in told["features"])
    assert numbers == [1, 2]
    assert [row["code"] for row in told["rows"]] == ["DONG-1", "DONG-2", "XI-1"]
    assert (
        told["words"]
        == "这个范围里有 3 个图斑，太密了，图上合成一个个圈，圈里是个数；放大就能一块块看。"
    )
    assert codes(read(as_staff, "zoom=16&bbox=106.04,29.84,106.06,29.86")) == ["DONG-1", "DONG-2"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "bbox=1,2,3",
            "bbox 是“1,2,3”，要写成四个数：西,南,东,北（度），如 110.0,30.0,110.1,30.1。",
        ),
        (
            "bbox=a,b,c,d",
            "bbox 是“a,b,c,d”，要写成四个数：西,南,东,北（度），如 110.0,30.0,110.1,30.1。",
        ),
        (
            "bbox=nan,0,1,1",
            "bbox 是“nan,0,1,1”，要写成四个数：西,南,东,北（度），如 110.0,30.0,110.1,30.1。",
        ),
        ("bbox=107,29,106,30", "bbox 是“107,29,106,30”，西要小于东，南要小于北。"),
        ("zoom=99", "zoom 是“99”，要填 0 到 24 的整数。"),
        ("zoom=-1", "zoom 是“-1”，要填 0 到 24 的整数。"),
        ("zoom=²", "zoom 是“²”，要填 0 到 24 的整数。"),
    ],
)
def test_a_wrong_box_is_said_in_words(as_staff, query, said):
    response = as_staff.get(f"{DATA}?{query}")

    assert response.status_code == 400
    assert response.json() == {"error": said}


def test_a_box_wider_than_the_world_is_the_world(as_staff):
    assert len(read(as_staff, "bbox=-400,-100,400,100&zoom=15")["features"]) == 3


def test_queries_do_not_grow_with_patches(land, as_staff, django_assert_num_queries):
    def ask(query, number):
        with django_assert_num_queries(number):
            read(as_staff, query)

    ask("zoom=15", 8)  # 登录两次，方案，时间节点，个数，图斑，任务，村
    ask("zoom=15&on=2024-10-20", 9)  # 再加那天的记录
    for number in range(3):
        make_shape(
            make_patch(land.target, land.east), field(106.06 + number / 500, 29.85), crs=DEGREES
        )
    ask("zoom=15", 8)
    ask("zoom=15&on=2024-10-20", 9)


def test_villages_are_named_in_their_boundary_or_among_their_patches(land, as_staff):
    make_boundary(land.east, field(106.00, 29.80, 0.1), crs=DEGREES)
    make_village("没有图形的村")

    told = read(as_staff, path="/patches/map/villages.geojson")

    drawn = [(item["properties"]["name"], item["geometry"]["type"]) for item in told["features"]]
    assert drawn == [("东村", "Polygon"), ("东村", "Point"), ("西村", "Point")]
    name = shapely.from_geojson(json.dumps(told["features"][1]["geometry"]))
    assert field(106.00, 29.80, 0.1).contains(name)
    assert told["features"][2]["geometry"]["coordinates"] == [106.0805, 29.8505]


def test_the_page_says_it_all_in_words_before_any_script(as_staff):
    page = as_staff.get("/patches/map/?year=2024")

    html = page.content.decode()
    for word in (
        "待整治",
        "整治中",
        "已退回",
        "待核实",
        "已销号",
        "核查无问题",
        "暂缓",
        "下一步已逾期",
        "村界",
    ):
        assert word in html
    assert "共 4 个图斑，3 个有图形。" in html
    assert [row.patch.code for row in page.context["rows"]] == ["DONG-1", "DONG-2", "XI-1"]
    assert page.context["box"] == "106.05000,29.85000,106.08100,29.85100"
    assert "浏览器没有运行脚本，画不出地图" in html


def test_without_shapes_the_page_says_what_to_do(client):
    client.force_login(make_user(role=Role.STAFF))

    page = client.get("/patches/map/")

    assert "还没有图形。导入 shapefile 等矢量数据后，图斑会显示在这里。" in page.content.decode()
    assert page.context["box"] == ""


def test_a_condition_that_leaves_nothing_to_draw_says_so(as_staff):
    assert (
        "筛出的 1 个图斑都还没有图形。"
        in as_staff.get("/patches/map/?year=2024&q=XI-2").content.decode()
    )
    assert (
        "没有符合这些条件的图斑。"
        in as_staff.get("/patches/map/?year=2024&q=没有这块").content.decode()
    )


def test_ledger_and_map_lead_to_each_other_with_the_same_conditions(as_staff):
    ledger = as_staff.get("/patches/?year=2024&status=CLOSED").content.decode()
    page = as_staff.get("/patches/map/?year=2024&status=CLOSED").content.decode()

    assert 'href="/patches/map/?status=CLOSED&amp;plan=2024"' in ledger
    assert 'href="/patches/?status=CLOSED&amp;plan=2024"' in page
    assert 'data-url="/patches/map/data.geojson?status=CLOSED&amp;plan=2024"' in page


def test_patch_page_has_its_shape_and_where_its_photos_were_taken(land, as_staff):
    record = land.closed.records.filter(kind=Kind.REPORT).first()
    common = {"record": record, "kind": "PHOTO", "size": 1, "by": land.staff, "file": "a.jpg"}
    land.closed.evidence.create(
        name="近景.jpg",
        sha256="1" * 64,
        lat=Decimal("29.850512"),
        lon=Decimal("106.054498"),
        bearing=Decimal("45.5"),
        position="INSIDE",
        position_m=0,
        **common,
    )
    land.closed.evidence.create(name="没位置.jpg", sha256="2" * 64, **common)

    page = as_staff.get(f"/patches/{land.closed.pk}/")
    bare = as_staff.get(f"/patches/{land.bare.pk}/")

    told = page.context["small_map"]
    assert told["photos"] == [
        {"lon": 106.0545, "lat": 29.85051, "name": "近景.jpg", "bearing": 45.5, "where": "在图斑内"}
    ]
    assert shapely.from_geojson(json.dumps(told["shape"])).equals(field(106.054, 29.850))
    assert "2 张照片里 1 张有位置" in page.content.decode()
    assert "近景.jpg：在图斑内，朝向 45.5°" in page.content.decode()
    assert bare.context["small_map"] is None
    assert "leaflet" not in bare.content.decode()


def test_tiles_only_when_the_administrator_says_so(land, as_staff, settings):
    assert "data-tiles" not in as_staff.get("/patches/map/?year=2024").content.decode()

    settings.MAP_TILES_URL = ["https://t{s}.example.gov.cn/{z}/{x}/{y}.png"]

    assert 'data-tiles="https://t{s}.example.gov.cn/{z}/{x}/{y}.png"' in (
        as_staff.get("/patches/map/?year=2024").content.decode()
    )


def test_the_policy_opens_only_for_the_tile_server():
    two = [
        "https://t{s}.example.gov.cn/a?x={x}&y={y}&z={z}",
        "https://t{s}.example.gov.cn/b?x={x}&y={y}&z={z}",
    ]

    assert image_sources([]) == ["'self'"]
    assert image_sources(two) == ["'self'", "data:", "https://*.example.gov.cn"]
    assert image_sources(["http://tiles.local:8080/{z}/{x}/{y}.png"])[2:] == [
        "http://tiles.local:8080"
    ]
    for wrong in (
        "tianditu",
        "https://t0.example.cn/{z}/{x}",
        "javascript:alert({x}{y}{z})",
        "https:///{z}/{x}/{y}",
    ):
        with pytest.raises(ImproperlyConfigured, match="不是瓦片地址"):
            image_sources([wrong])


def test_demo_patches_have_shapes_of_their_size_and_clearing_leaves_none(land):
    for number, area in enumerate(("0.5", "12", "40")):
        make_patch(
            land.target, land.east, code=f"演示-{number}", area_mu=Decimal(area), is_demo=True
        )
    parent = make_patch(land.target, land.east, code="演示-拆", area_mu=Decimal(10), is_demo=True)
    parts = [
        make_patch(
            land.target,
            land.east,
            code=f"演示-拆-{area}",
            area_mu=Decimal(area),
            is_demo=True,
            split_from=parent,
        )
        for area in (6, 4)
    ]

    assert demo_shapes.load() == 6

    drawn = {
        row.patch.code: row
        for row in PatchShape.objects.filter(patch__is_demo=True).select_related("patch")
    }
    assert all(
        abs(row.measured_mu / row.patch.area_mu - 1) < Decimal("0.16") for row in drawn.values()
    )
    assert not GeometryCheck.objects.filter(
        kind="OVERLAP", patch__code__in=["演示-0", "演示-1", "演示-2"]
    ).exists()
    whole = load(drawn["演示-拆"].wkb)
    assert all(whole.buffer(1e-7).contains(load(drawn[part.code].wkb)) for part in parts)
    assert demo_shapes.clear() == {"图形": 6}
    assert PatchShape.objects.count() == 3  # 正式的三个还在


def test_the_way_there_opens_the_phones_own_map_with_the_centre_alone(land, as_staff):
    """去这里：只带图斑的中心，不带编号、村名、承包人；点了才出去。"""
    patch = land.waiting
    page = as_staff.get(f"/patches/{patch.pk}/").content.decode()

    shape = patch.shape
    lat = f"{(shape.min_lat + shape.max_lat) / 2:.6f}"
    lon = f"{(shape.min_lon + shape.max_lon) / 2:.6f}"
    assert f'href="geo:{lat},{lon}?q={lat},{lon}"' in page
    assert f"https://uri.amap.com/navigation?to={lon},{lat},%E5%9B%BE%E6%96%91" in page
    assert f"destination=latlng:{lat},{lon}|name:%E5%9B%BE%E6%96%91&amp;coord_type=wgs84" in page
    outside = [part for part in page.split('href="')[1:] if part.startswith(("http", "geo:"))]
    assert all(patch.code not in part.split('"')[0] for part in outside)
