"""导入矢量数据：和表格同一套预览、对列、报错、批次；先有表后有图形的，按编号会合。"""

import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from plots import actions
from plots.models import Batch, GeometryCheck, Patch, PatchShape
from taiping.ground.geometry.shapes import load
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import (
    bow_tie,
    geojson,
    gpkg,
    points,
    shapefile,
    square,
    with_hole,
    zipped,
)
from tests.worlds.patch_files import HEADER, xlsx
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
PAGE = "/patches/import/"
TWO = [square(), square(200)]
FIELDS = ["图斑编号", "村名", "小地名"]
ROWS = [["T-1", "团碾村", "塆里"], ["0002", "白云社区", ""]]


@pytest.fixture
def staff(client):
    user = make_user(role=Role.STAFF, name="黄玲")
    client.force_login(user)
    return user


@pytest.fixture
def target(db):
    make_village("团碾", aliases="团碾村")
    make_village("白云", aliases="白云社区")
    return make_steps_target(make_plan(), quota=Decimal(30), quota_count=2)


def upload(client, target, content, name="下发.zip", **fields):
    data = {
        "kind": "TABLE",
        "issued_on": "2024-01-02",
        "target": target.pk,
        "file": SimpleUploadedFile(name, content),
        **fields,
    }
    return client.post(PAGE, data)


def preview(client, target, content, name="下发.zip"):
    response = upload(client, target, content, name)
    assert response.status_code == 302, response.content.decode()
    return response.url, client.get(response.url).content.decode()


def confirm(client, url):
    return client.post(url, {"do": "apply", "rows": "2"}, follow=True).content.decode()


def imported(client, target, content, name="下发.zip"):
    url, page = preview(client, target, content, name)
    assert "导入这份文件" in page, page
    return confirm(client, url)


def table(client, target, *rows):
    imported(client, target, xlsx(HEADER, *rows), "下发.xlsx")


def test_shapefile_is_previewed_and_then_saved_with_its_shapes(client, staff, target):
    url, page = preview(client, target, shapefile(TWO, FIELDS, ROWS, cpg="GBK"))
    assert "会新增 2 个、改动 0 个图斑" in page
    assert "塆里" in page
    assert "文件写的是 CGCS2000 3 度带 35 带" in page
    assert Patch.objects.count() == 0

    done = confirm(client, url)

    assert "新增 2 个，其中带图形 2 个" in done
    patch = Patch.objects.get(code="T-1")
    assert (patch.village.name, patch.place, patch.batch.kind) == ("团碾", "塆里", "GEO")
    assert abs(patch.area_mu - 15) < Decimal("0.001")  # 文件里没有面积，用量算的
    assert patch.shape.source_crs == "EPSG:4523"
    assert load(patch.shape.wkb).bounds == pytest.approx(patch.shape.box)
    assert patch.shape.min_lon < 105.0005 < patch.shape.max_lon


def test_nothing_about_columns_is_asked_when_the_measured_area_is_used(client, staff, target):
    _, page = preview(client, target, shapefile(TWO, FIELDS, ROWS))

    assert "没有认出" not in page
    assert "也像" not in page


def test_table_first_and_shapes_later_meet_by_code_and_village(client, staff, target):
    """表里 T-1 是 3.5 亩、塆里；图形来了只加图形，别的事实不动。"""
    table(
        client,
        target,
        [1, "团碾", "T-1", 3.5, "塆里", "张三"],
        [2, "白云", "0002", 15, None, "李四"],
    )
    rows = [["T-1", "团碾村", "别的地名"], ["0002", "白云社区", ""]]

    _, page = preview(client, target, shapefile(TWO, FIELDS, rows))
    assert "会新增 0 个、改动 2 个图斑" in page
    assert "只加上或换上图形，面积、地类等不动" in page
    imported(client, target, shapefile(TWO, FIELDS, rows))

    patch = Patch.objects.get(code="T-1")
    assert (patch.area_mu, patch.place, patch.contractor) == (Decimal("3.5"), "塆里", "张三")
    assert abs(patch.shape.measured_mu - 15) < Decimal("0.001")
    assert patch.shape.batch.kind == "GEO" and patch.batch.kind == "TABLE"
    assert patch.checks.get().kind == "AREA"
    assert not Patch.objects.get(code="0002").checks.exists()


def test_patch_with_records_takes_its_shape_without_a_correction(client, staff, target):
    patch = make_patch(target, Village.objects.get(name="团碾"), code="T-1")
    actions.report(patch, by=staff, on=date(2024, 9, 5))
    before = patch.records.count()

    imported(client, target, shapefile(TWO[:1], FIELDS, ROWS[:1]))

    assert patch.records.count() == before
    assert PatchShape.objects.get().patch_id == patch.pk


def test_same_code_in_another_village_is_another_patch(client, staff, target):
    table(client, target, [1, "白云", "T-1", 15, None, None])

    url, page = preview(client, target, shapefile(TWO[:1], FIELDS, ROWS[:1]))
    assert "系统里白云已经有 T-1" in page
    client.post(url, {"do": "mend", "move-0-2": "另外一块，新增"})
    confirm(client, url)

    assert Patch.objects.get(village__name="团碾").shape
    assert not hasattr(Patch.objects.get(village__name="白云"), "shape")


def test_same_file_twice_changes_nothing_in_whatever_format(client, staff, target):
    imported(client, target, shapefile(TWO, FIELDS, ROWS))
    columns = {name: [row[at] for row in ROWS] for at, name in enumerate(FIELDS)}

    for content, name in (
        (shapefile(TWO, FIELDS, ROWS), "再来.zip"),
        (gpkg(TWO, columns), "再来.gpkg"),
    ):
        _, page = preview(client, target, content, name)
        assert "没有变化" in page


def test_a_moved_shape_replaces_the_old_one(client, staff, target):
    imported(client, target, shapefile(TWO, FIELDS, ROWS))

    imported(client, target, shapefile([square(50), square(200)], FIELDS, ROWS))

    assert PatchShape.objects.count() == 2
    assert Patch.objects.get(code="T-1").shape.min_lon > 105.0004


def test_dltb_fields_are_known_and_an_empty_area_is_measured(client, staff, target):
    village = Village.objects.get(name="团碾")
    village.code = "500151124201"
    village.save(update_fields=["code"])
    fields = ["TBBH", "ZLDWDM", "ZLDWMC", "DLMC", "TBMJ"]
    rows = [
        ["1", "5001511242010000000", "团碾村", "旱地", "10000"],
        ["2", "5002241242010000000", "团碾村", "旱地", ""],
    ]

    imported(client, target, shapefile(TWO, fields, rows, cpg="UTF-8", encoding="utf-8"))

    areas = dict(Patch.objects.values_list("code", "area_mu"))
    assert areas["1"] == 15
    assert abs(areas["2"] - 15) < Decimal("0.001")
    assert set(Patch.objects.values_list("land_before", "village")) == {("旱地", village.pk)}


def test_cut_field_names_are_completed_and_said(client, staff, target):
    content = shapefile(TWO, ["图斑编号", "村名", "小地名称号"], ROWS, encoding="utf-8")

    url, page = preview(client, target, content)
    confirm(client, url)

    assert "字段“图斑编”的名字被截断了，按“图斑编号”认" in page
    assert Patch.objects.filter(code="T-1").exists()


def test_area_without_a_unit_is_told_from_the_shape(client, staff, target):
    rows = [["1", "团碾", "10050"], ["2", "白云", "9900"]]
    _, page = preview(client, target, shapefile(TWO, ["图斑编号", "村名", "面积"], rows))
    assert "没有写单位，和图形一比是平方米" in page

    columns = {"图斑编号": ["1", "2"], "村名": ["团碾", "白云"], "面积": [1.0, 1.0]}
    imported(client, target, gpkg(TWO, columns), "公顷.gpkg")

    assert set(Patch.objects.values_list("area_mu", flat=True)) == {Decimal(15)}


def test_every_broken_row_is_listed_and_nothing_is_saved(client, staff, target):
    shapes = [square(), None, shapely.Polygon(), shapely.Point(35_500_000, 3_303_000), square(300)]
    columns = {
        "图斑编号": ["1", "2", "3", "4", "1"],
        "村名": ["团碾", "团碾", "团碾", "团碾", "团碾"],
    }

    url, page = preview(client, target, gpkg(shapes, columns), "坏的.gpkg")

    assert "要改的 4 处" in page
    for words in (
        "第 3 行",
        "没有图形",
        "第 4 行",
        "是空的",
        "第 5 行",
        "是点",
        "第 6 行",
        "先在制图软件里合并成一个图形",
    ):
        assert words in page
    confirm(client, url)
    assert Patch.objects.count() == PatchShape.objects.count() == 0


def test_repaired_shape_is_saved_said_and_checked(client, staff, target):
    url, page = preview(client, target, shapefile([bow_tie()], FIELDS, ROWS[:1]))
    assert "图形自相交，已经修补，修补后 7.5 亩" in page

    confirm(client, url)

    shape = PatchShape.objects.get()
    assert (shape.repaired, shape.parts) == (True, 2)
    assert set(GeometryCheck.objects.values_list("kind", flat=True)) == {"PARTS", "REPAIRED"}


def test_a_hole_is_not_counted(client, staff, target):
    imported(client, target, shapefile([with_hole(clockwise=True)], FIELDS, ROWS[:1]))

    assert abs(PatchShape.objects.get().measured_mu - Decimal("12.6")) < Decimal("0.001")


def test_without_a_prj_the_person_confirms_what_the_numbers_look_like(client, staff, target):
    url, page = preview(client, target, shapefile(TWO, FIELDS, ROWS, prj=False))
    assert "文件没有写坐标系。看数值像“CGCS2000 3 度带 35 带" in page
    assert '<option value="4523" selected>' in page
    assert "导入这份文件" not in page
    confirm(client, url)
    assert Patch.objects.count() == 0

    page = client.post(url, {"do": "crs", "crs": "4523"}, follow=True).content.decode()
    assert "按您选定的 CGCS2000 3 度带 35 带" in page
    confirm(client, url)

    assert PatchShape.objects.filter(source_crs="EPSG:4523").count() == 2


def test_a_system_that_does_not_fit_is_said_and_can_be_changed(client, staff, target):
    url, _ = preview(client, target, shapefile(TWO, FIELDS, ROWS, prj=False))

    page = client.post(url, {"do": "crs", "crs": "4544"}, follow=True).content.decode()
    assert "不在中国范围内" in page and "请在下面换一个坐标系" in page
    odd = client.post(url, {"do": "crs", "crs": "2359"})

    assert odd.status_code == 422
    assert "西安80" in odd.content.decode()
    assert Batch.objects.get().crs == "4544"


def test_xian_80_is_refused_unless_the_person_confirms(client, staff, target):
    url, page = preview(client, target, shapefile(TWO, FIELDS, ROWS, crs="EPSG:2359"))
    assert "文件写的是西安80坐标系" in page
    assert "导入这份文件" not in page

    client.post(url, {"do": "crs", "crs": "4523"})
    confirm(client, url)

    assert PatchShape.objects.count() == 2


def test_points_file_finds_its_village_by_code_or_by_boundary(client, staff, target):
    table(client, target, [1, "白云", "T-1", 15, None, None])
    make_boundary(Village.objects.get(name="团碾"), square(150, -50, 300), by=staff)
    rings = [list(shape.exterior.coords) for shape in TWO]

    url, page = preview(
        client, target, points([("T-1", rings[:1]), ("T-2", rings[1:])]), "界址点.txt"
    )
    confirm(client, url)

    assert "文件里没有写村" in page
    assert Patch.objects.get(code="T-1").village.name == "白云"
    assert Patch.objects.get(code="T-2").village.name == "团碾"
    assert Patch.objects.get(code="T-2").area_mu == Decimal("14.9985")  # 文件写的 0.9999 公顷


def test_columns_can_be_told_by_hand(client, staff, target):
    columns = {"甲": ["T-1", "T-2"], "乙": ["团碾", "白云"]}
    url, page = preview(client, target, gpkg(TWO, columns), "怪.gpkg")
    assert "没有认出“图斑编号”这一列" in page

    told = {
        "do": "columns",
        "s0-used": "on",
        "s0-header": "1",
        "s0-c0": "CODE",
        "s0-c1": "VILLAGE",
        "s0-c2": "AREA_MU",
        "s0-c3": "VILLAGE",
    }
    page = client.post(url, told, follow=True).content.decode()
    confirm(client, url)

    assert "会新增 2 个" in page
    assert PatchShape.objects.count() == 2


def test_errors_workbook_lists_the_rows(client, staff, target):
    url, _ = preview(
        client,
        target,
        gpkg([square(), None], {"图斑编号": ["1", "2"], "村名": ["团碾", "没这村"]}),
        "a.gpkg",
    )

    marked = client.get(f"{url}errors.xlsx")

    assert marked.status_code == 200
    assert marked["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("下发.shp", "一起压缩成 zip"),
        ("下发.dwg", "不是表格，也不是矢量数据"),
    ],
)
def test_files_that_cannot_be_used_are_refused_on_upload(client, staff, target, name, words):
    response = upload(client, target, b"xxxx", name)

    assert response.status_code == 200
    assert words in response.content.decode()
    assert Batch.objects.count() == 0


def test_unreadable_archive_is_said_on_the_preview(client, staff, target):
    _, page = preview(client, target, b"PK\x03\x04 not a zip")

    assert "读不了这份文件" in page
    assert "压缩包打不开" in page


def test_command_imports_the_same_way(tmp_path, capsys, target):
    path = tmp_path / "下发.zip"
    path.write_bytes(shapefile(TWO, FIELDS, ROWS, prj=False))

    with pytest.raises(CommandError):
        call_command(
            "import_patches", str(path), target="abandoned", issued_on="2024-01-02", year=2024
        )
    assert "文件没有写坐标系" in capsys.readouterr().err
    assert Batch.objects.count() == 0

    call_command(
        "import_patches",
        str(path),
        target="abandoned",
        issued_on="2024-01-02",
        year=2024,
        crs="4523",
        dry_run=True,
    )
    assert Patch.objects.count() == 0
    call_command(
        "import_patches",
        str(path),
        target="abandoned",
        issued_on="2024-01-02",
        year=2024,
        crs="4523",
    )

    assert "新增 2 个，其中带图形 2 个" in capsys.readouterr().out
    assert PatchShape.objects.count() == 2


def test_geojson_from_a_map_program(client, staff, target):
    here = shapely.box(106.05, 29.85, 106.051, 29.851)
    rows = [{"图斑编号": "T-9", "村": "团碾", "备注": "x"}]

    imported(client, target, geojson([here], rows), "a.geojson")

    shape = PatchShape.objects.get()
    assert load(shape.wkb).equals(here)
    assert shape.patch.extra == {"备注": "x"}
    # 0.001 度约 96.5 米 × 110.9 米
    assert abs(shape.measured_mu - Decimal("16.06")) < Decimal("0.05")


def test_layers_of_the_same_name_are_told_apart(client, staff, target):
    one = shapefile([square()], FIELDS, ROWS[:1], folder="甲/")
    two = shapefile([None], FIELDS, ROWS[1:], folder="乙/")
    both = {}
    for content in (one, two):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            both |= {name: archive.read(name) for name in archive.namelist()}

    _, page = preview(client, target, zipped(both))

    assert "工作表“tb（2）”" in page
    assert "没有图形" in page


def test_layers_without_a_code_are_left_alone_when_another_has_it(client, staff, target):
    both = {}
    for content in (
        shapefile([square()], FIELDS, ROWS[:1], stem="图斑"),
        shapefile([square(900)], ["路名"], [["村道"]], stem="道路"),
    ):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            both |= {name: archive.read(name) for name in archive.namelist()}

    imported(client, target, zipped(both))

    assert list(Patch.objects.values_list("code", flat=True)) == ["T-1"]


def comb(teeth, upright):
    """梳子：一竖一横两把叠在一起，交点数是齿数的乘积。"""
    points = [(0, 0)]
    for tooth in range(teeth):
        left, right = tooth / teeth, (tooth + 0.5) / teeth
        points += [(left, 0.01), (left, 1), (right, 1), (right, 0.01)]
    points += [(1, 0.01), (1, 0)]
    return shapely.Polygon(
        [
            (35_500_000 + 9_000 * x, 3_303_000 + 9_000 * y)
            for x, y in (points if upright else [(y, x) for x, y in points])
        ]
    )


def test_shapes_drawn_to_cross_each_other_a_million_times_are_refused_in_words(
    client, staff, target, settings
):
    settings.READ_SECONDS = 3
    content = gpkg(
        [comb(800, True), comb(800, False)],
        {"图斑编号": ["T-1", "T-2"], "村名": ["团碾村", "白云社区"]},
    )
    client.post(
        PAGE,
        {
            "kind": "TABLE",
            "issued_on": "2024-01-02",
            "target": target.pk,
            "file": SimpleUploadedFile("梳子.gpkg", content),
        },
    )
    preview = f"/patches/import/{Batch.objects.get().pk}/"

    page = client.post(preview, {"do": "apply"})

    assert page.status_code == 422
    assert "查重叠查不完，没有导入" in page.content.decode()
    assert Patch.objects.count() == 0


def test_a_layer_name_no_sheet_may_have_still_gets_its_marked_workbook(client, staff, target):
    box = shapely.box(106.05, 29.85, 106.051, 29.851)
    content = geojson([box], [{"图斑编号": "T-1", "村名": "没有这个村"}])
    client.post(
        PAGE,
        {
            "kind": "TABLE",
            "issued_on": "2024-01-02",
            "target": target.pk,
            "file": SimpleUploadedFile("图斑[1]?.geojson", content),
        },
    )

    marked = client.get(f"/patches/import/{Batch.objects.get().pk}/errors.xlsx")

    assert marked.status_code == 200
    assert marked.content.startswith(b"PK")


def test_a_file_written_in_a_way_nobody_thought_of_gets_a_sentence_and_a_line_in_the_log(
    client, staff, target, caplog
):
    shape = {"type": "Polygon", "coordinates": [[[10**400, 1], [2, 3], [4, 5], [1, 1]]]}
    content = json.dumps({"features": [{"type": "Feature", "geometry": shape}]})
    client.post(
        PAGE,
        {
            "kind": "TABLE",
            "issued_on": "2024-01-02",
            "target": target.pk,
            "file": SimpleUploadedFile("a.geojson", content.encode()),
        },
    )

    page = client.get(f"/patches/import/{Batch.objects.get().pk}/")

    assert page.status_code == 200
    assert "读不了这份文件" in page.content.decode()
    assert "读外来的文件出了意外" in caplog.text
