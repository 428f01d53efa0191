"""少见的文件：小得量不出面积的图形、坐标系写空的 GeoJSON、“Unicode 文本”的 csv，都有一句话，不出事故页。"""

import json
from decimal import Decimal

import pytest

from plots.models import Patch
from tests.plots.pages.test_patch_import_page import confirm, preview_of
from tests.worlds.factories import (
    make_patch,
    make_plan,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.patch_files import HEADER, csv, pasted, xlsx
from villages.models import Role, Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(client):
    client.force_login(make_user(role=Role.STAFF, name="黄玲"))
    make_village("团碾")
    return make_steps_target(make_plan())


def tiny(size, **more):
    ring = [[105, 29], [105 + size, 29], [105 + size, 29 + size], [105, 29 + size], [105, 29]]
    row = {"图斑编号": "T-1", "村": "团碾"}
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": row, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more}).encode()


def test_a_shape_too_small_to_measure_is_told_and_not_saved(client, target):
    url, page = preview_of(client, target, tiny(2e-9), "a.geojson")

    assert "图形太小，量不出面积。请在制图软件里核对。" in page
    assert confirm(client, url).status_code == 422
    assert not Patch.objects.exists()


@pytest.mark.parametrize("crs", [{"type": "name", "properties": None}, {"properties": ["x"]}])
def test_a_geojson_with_an_empty_crs_is_read_as_degrees(client, target, crs):
    _, page = preview_of(client, target, tiny(0.001, crs=crs), "a.geojson")

    assert "WGS84 经纬度" in page and "会新增 1 个" in page


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_csv_saved_as_unicode_text_is_read(client, target, encoding):
    text = pasted(HEADER[:4], [1, "团碾", "T-1", "3.5"])
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    url, page = preview_of(client, target, (mark + text).encode(encoding), "a.csv")

    assert "会新增 1 个" in page
    confirm(client, url)
    assert Patch.objects.get().area_mu == Decimal("3.5")


def test_a_quote_that_never_closes_is_told_instead_of_swallowing_the_rows_below(client, target):
    rows = [[1, "团碾", f"T-{n}", 3, "坡上"] for n in range(1, 6)]
    rows[2][4] = '"坡上'
    _, page = preview_of(client, target, csv(HEADER[:5], *rows), "a.csv")

    assert "第 4 行有一个引号没有配上，后面 2 行都读进了一格。" in page


def test_a_cell_of_several_lines_at_the_end_is_read(client, target):
    content = csv(HEADER[:5], [1, "团碾", "T-1", 3, '"坡上\n河边"'])
    _, page = preview_of(client, target, content, "a.csv")

    assert "会新增 1 个" in page


def test_a_code_written_as_a_formula_of_text_is_its_text(client, target):
    url, _ = preview_of(client, target, csv(HEADER[:4], [1, "团碾", '="001"', 3]), "a.csv")
    confirm(client, url)

    assert Patch.objects.get().code == "001"


def test_codes_that_look_the_same_are_the_same(client, target):
    codes = ["ZW-1", "ZW\u200b-1", "\ufeffZW-1", "ZW\u20111", "ZW\u22121", "ZW\xad-1"]
    _, page = preview_of(client, target, xlsx(HEADER[:4], *[[1, "团碾", c, 3] for c in codes]))
    assert page.count('value="0-') == 6 and "重复：团碾 ZW-1" in page

    _, page = preview_of(client, target, xlsx(HEADER[:4], [1, "团碾", "\u200b", 3]))
    assert "没有填图斑编号，请按下发的编号填上。" in page


def test_a_code_kept_with_another_dash_is_the_patch_of_the_file(client, target):
    """早先导入的编号照原样存着，再导入同一份文件不能变成另一块。"""
    village = Village.objects.get(name="团碾")
    make_patch(target, village, code="ZW—1", area_mu=Decimal(3))

    url, page = preview_of(client, target, xlsx(HEADER[:4], [1, "团碾", "ZW—1", 4]))
    confirm(client, url)

    assert "会新增 0 个、改动 1 个图斑。" in page
    assert [(patch.code, patch.area_mu) for patch in Patch.objects.all()] == [("ZW—1", 4)]
