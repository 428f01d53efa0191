"""定坐标系：别的中央经线的镇、写反的坐标、和数值对不上的 .prj。"""

import pytest
import shapely

from taiping.ground.geometry import crs
from taiping.ground.geometry.placing import place
from taiping.ground.geometry.reading import Layer
from taiping.ground.geometry.shapes import tidy_shapes
from tests.worlds.geo_files import square

pytestmark = pytest.mark.any_database

PLAIN = shapely.box(500_000, 3_303_000, 500_100, 3_303_100)
DEGREES = shapely.box(106.05, 29.85, 106.0505, 29.8505)


def turned(geometry):
    return shapely.transform(geometry, lambda points: points[:, ::-1])


def placed(*geometries, stated=None, chosen=None, meridian=None):
    return place(Layer("图斑", [], [], list(geometries), stated), chosen, meridian)


def test_every_zone_can_be_chosen():
    codes = {code for code, _ in crs.choices()}

    assert codes >= {*range(4491, 4555)}  # 6 度带 13–23、3 度带 25–45，有带号和没有带号的


@pytest.mark.parametrize(
    ("meridian", "first"),
    [(117, [4548, 4527, 4509, 4498]), (120, [4549, 4528]), (105, [4544, 4523, 4507, 4496])],
)
def test_the_towns_own_meridian_leads(meridian, first):
    codes = [code for code, _ in crs.choices(meridian)]

    assert codes[2 : 2 + len(first)] == first


def test_the_names_say_the_meridian_that_the_code_has():
    for code, name in crs.choices():
        known, _ = crs.understand(f"EPSG:{code}")
        params = known.coordinate_operation.params if not known.is_geographic else ()
        meridian = [each.value for each in params if each.name == "Longitude of natural origin"]
        assert all(f"中央经线 {value:.0f}°" in name for value in meridian)


@pytest.mark.parametrize(("meridian", "code"), [(117, 4548), (120, 4549), (105, 4544)])
def test_without_a_zone_the_town_decides(meridian, code):
    found = placed(PLAIN, meridian=meridian)

    assert found.judged == code
    assert f"照本镇的中央经线 {meridian}° 看" in found.doubt


def test_without_a_zone_and_a_town_nothing_is_guessed():
    found = placed(PLAIN)

    assert (found.judged, found.crs) == (None, "")
    assert "横坐标也没有带号，看不出是哪一带" in found.doubt


@pytest.mark.parametrize(("lon", "meridian"), [(116, 117), (121, 120), (106.05, 105), (0, None)])
def test_meridian_of_a_place(lon, meridian):
    assert crs.meridian_of(lon) == meridian


@pytest.mark.parametrize("stated", ["EPSG:4524", "EPSG:4544", "EPSG:4496", "EPSG:32648"])
def test_a_system_that_contradicts_its_own_numbers_is_asked(stated):
    found = placed(square(), stated=stated)

    assert "对不上。看数值像“CGCS2000 3 度带 35 带" in found.doubt
    assert found.judged == 4523
    assert placed(square(), stated=stated, chosen=4523).doubt == ""
    assert placed(square(), stated="EPSG:4523").doubt == ""
    assert placed(None, stated="EPSG:4523").doubt == ""  # 一个图形也没有的，没有什么对不上


@pytest.mark.parametrize(
    ("geometry", "stated"),
    [(DEGREES, "EPSG:4326"), (DEGREES, "EPSG:4490"), (square(), "EPSG:4523"), (PLAIN, "EPSG:4544")],
)
def test_coordinates_the_wrong_way_round_are_turned_and_said(geometry, stated):
    found = placed(turned(geometry), None, stated=stated)

    assert "坐标写反了" in found.notes[0]
    assert found.geometries[0].equals(geometry)
    assert placed(geometry, stated=stated).notes == []


def test_one_shape_the_wrong_way_round_among_others_is_named_as_such():
    right, wrong = tidy_shapes([DEGREES, turned(DEGREES)], "EPSG:4326")

    assert right.problem == ""
    assert "经纬度像是写反了" in wrong.problem
    assert not wrong.is_stray


def test_slivers_are_known():
    line = shapely.Polygon([(106, 29), (106.1, 29), (106.2, 29)])
    speck = shapely.box(106, 29, 106 + 1e-7, 29 + 1e-7)

    shapes = tidy_shapes([DEGREES, line, speck], "EPSG:4490")

    assert [shape.is_sliver for shape in shapes] == [False, True, True]


def test_one_stray_corner_does_not_make_the_whole_file_contradict_itself():
    garbage = shapely.box(0, 0, 10, 10)

    found = placed(square(), square(200), square(400), garbage, stated="EPSG:4523")

    assert (found.doubt, found.crs) == ("", "EPSG:4523")
