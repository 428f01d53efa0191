"""少见的矢量数据怎么导入：碎屑不挡着别的，写反的换过来，远在别处的先问，别的镇不落到 105°。"""

from decimal import Decimal

import pytest
import shapely
from django.core.management import CommandError, call_command

from plots.models import Patch, PatchShape
from tests.ground.test_odd_archives import files
from tests.plots.importing.test_geo_import import confirm, preview
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_shape,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import geojson, kml, points, shapefile, zipped
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
PLAIN = shapely.box(500_000, 3_303_000, 500_100, 3_303_100)  # 横坐标没有带号
FIELDS = ["图斑编号", "村名"]
ROW = [["T-1", "团碾"]]


@pytest.fixture
def target(client):
    client.force_login(make_user("huang", role=Role.STAFF, name="黄玲"))
    make_village("团碾")
    return make_steps_target(make_plan())


def at(lon, lat=29.85, side=0.0005):
    return shapely.box(lon, lat, lon + side, lat + side)


def file_of(*geometries, **more):
    rows = [{"图斑编号": f"T-{n}", "村": "团碾", **more} for n in range(1, len(geometries) + 1)]
    return geojson(geometries, rows)


def somewhere(target, lon):
    """本镇已有一块图形在这个经度上。"""
    village = Village.objects.get(name="团碾")
    make_shape(make_patch(target, village, code="旧"), at(lon), crs="EPSG:4490")


def test_slivers_are_left_out_and_named_and_do_not_stop_the_others(client, target):
    line = shapely.Polygon([(105, 29), (105.001, 29), (105.002, 29)])
    url, page = preview(client, target, file_of(at(105), at(105.01, side=1e-7), line), "a.geojson")
    assert "有 2 个图形太小，量不出面积，没有读：第 3 行（T-2）、第 4 行（T-3）。" in page

    confirm(client, url)

    assert list(Patch.objects.values_list("code", flat=True)) == ["T-1"]


def test_a_small_shape_that_can_be_measured_is_kept_with_its_decimals(client, target):
    small = shapely.box(105.01, 29.85, 105.01 + 1e-6, 29.85 + 1e-5)
    url, page = preview(client, target, file_of(at(105), small), "a.geojson")
    assert "0.0002" in page and ">0.00<" not in page

    confirm(client, url)

    assert Patch.objects.get(code="T-2").area_mu == Decimal("0.000161")


def test_a_sliver_with_an_area_of_its_own_is_not_left_out(client, target):
    content = file_of(at(105), at(105.01, side=1e-7), **{"面积（亩）": 3.5})
    url, page = preview(client, target, content, "a.geojson")
    assert "没有读" not in page

    confirm(client, url)

    assert set(Patch.objects.values_list("area_mu", flat=True)) == {Decimal("3.5")}


def test_latitude_first_is_named_turned_and_imported(client, target):
    turned = shapely.box(29.85, 105.0, 29.8505, 105.0005)
    url, page = preview(client, target, file_of(turned), "a.geojson")
    assert "坐标写反了" in page

    confirm(client, url)

    assert PatchShape.objects.get().min_lon == pytest.approx(105)


def test_a_ring_that_cannot_be_read_is_told_with_line_and_column(client, target):
    content = kml(("T-1", {"村": "团碾"}, [(105, 29), (105.1, 29), (105.1, 29.1)]))

    _, page = preview(client, target, content.replace(b"105.1,29,0", b"105.1-29,0"), "a.kml")

    assert "文件第 1 行第" in page and "105.1-29,0" in page


@pytest.mark.parametrize("name", ["下发.xlsx", "太多了.zip", "旧的.RAR"])
def test_a_table_or_an_archive_packed_again_is_told_to_be_unpacked(client, target, name):
    _, page = preview(client, target, zipped({name: b"x", "读我.pdf": b"x"}))
    assert f"里面没有图斑数据，有“{name}”。请先解开这个压缩包，把里面的直接传上来。" in page


def test_what_was_left_in_the_archive_is_said_on_the_preview(client, target):
    content = zipped({"a.geojson": file_of(at(105)), "读我.pdf": b"x", "b.kml": b"<kml/>"})

    _, page = preview(client, target, content)

    assert "“b”没有读：" in page and "压缩包里还有“读我.pdf”" in page and "会新增 1 个" in page


def test_shapes_far_away_are_asked_before_they_are_saved(client, target):
    somewhere(target, 106.05)
    url, page = preview(client, target, file_of(at(109)), "a.geojson")
    assert "“T-1”这 1 个图形离本镇已有的图形有 284 公里，多半是坐标系不对。" in page
    assert "核对过了" in page

    refused = client.post(url, {"do": "apply", "rows": "1"})
    assert refused.status_code == 422 and "没有导入" in refused.content.decode()
    assert not Patch.objects.filter(code="T-1").exists()
    token = page.partition('name="sure" value="')[2].partition('"')[0]
    client.post(url, {"do": "apply", "rows": "1", "sure": token})

    assert Patch.objects.get(code="T-1").shape.min_lon == pytest.approx(109)


def test_shapes_where_the_town_is_are_not_asked_about(client, target):
    somewhere(target, 106.05)

    _, page = preview(client, target, file_of(at(106.2)), "a.geojson")

    assert "核对过了" not in page


def test_a_shape_moved_far_away_is_asked_and_the_same_file_again_is_not(client, target):
    somewhere(target, 106.05)
    row = [{"图斑编号": "旧", "村": "团碾"}]
    _, page = preview(client, target, geojson([at(106.05)], row), "a.geojson")
    assert "核对过了" not in page

    _, page = preview(client, target, geojson([at(109)], row), "a.geojson")

    assert "核对过了" in page


def test_the_command_asks_too(target, tmp_path, capsys):
    somewhere(target, 106.05)
    path = tmp_path / "a.geojson"
    path.write_bytes(file_of(at(109)))
    given = {"target": "abandoned", "year": 2024, "issued_on": "2024-01-02"}

    with pytest.raises(CommandError, match=r"284 公里.*--sure"):
        call_command("import_patches", str(path), **given)
    assert not Patch.objects.filter(code="T-1").exists()
    call_command("import_patches", str(path), dry_run=True, **given)
    assert "284 公里" in capsys.readouterr().out
    call_command("import_patches", str(path), sure=True, **given)

    assert Patch.objects.filter(code="T-1").exists()


@pytest.mark.parametrize(("lon", "code", "meridian"), [(116, 4548, 117), (121, 4549, 120)])
def test_another_town_never_lands_at_105(client, target, lon, code, meridian):
    """没有坐标系、没有带号的文件：村界在哪里，先选的就是哪里的中央经线。"""
    make_boundary(Village.objects.get(name="团碾"), at(lon, side=0.1), crs="EPSG:4490")

    url, page = preview(client, target, shapefile([PLAIN], FIELDS, ROW, prj=False))

    assert f"照本镇的中央经线 {meridian}° 看像“CGCS2000 3 度带中央经线 {meridian}°" in page
    assert f'<option value="{code}" selected>' in page
    client.post(url, {"do": "crs", "crs": str(code)})
    page = client.get(url).content.decode()
    assert "核对过了" in page  # 中央经线上的这一块离村界还有九十多公里


def test_a_town_that_nobody_knows_is_not_guessed(client, target, settings):
    settings.MAP_MERIDIAN = 0
    rings = [[(500_000, 3_303_000), (500_100, 3_303_000), (500_100, 3_303_100)]]

    for content, name in (
        (shapefile([PLAIN], FIELDS, ROW, prj=False), "a.zip"),
        (points([("T-1", rings)], system="", zone=""), "a.txt"),
    ):
        url, page = preview(client, target, content, name)
        assert "看不出是哪一带" in page and '<option value="4544" selected>' not in page
        confirm(client, url)

    assert not Patch.objects.filter(code="T-1").exists()
    for code in (4491, 4501, 4513, 4533, 4534, 4554, 4502, 4512):
        assert f'<option value="{code}">' in page


def test_a_prj_that_contradicts_its_numbers_is_asked(client, target):
    content = shapefile([shapely.box(35_500_000, 3_303_000, 35_500_100, 3_303_100)], FIELDS, ROW)
    other = shapefile([PLAIN], FIELDS, ROW, crs="EPSG:4524")
    mixed = files(content) | {"tb.prj": files(other)["tb.prj"]}
    url, page = preview(client, target, zipped(mixed))
    assert "对不上" in page and '<option value="4523" selected>' in page

    confirm(client, url)
    assert not Patch.objects.exists()
    client.post(url, {"do": "crs", "crs": "4523"})
    confirm(client, url)

    assert PatchShape.objects.get().source_crs == "EPSG:4523"
