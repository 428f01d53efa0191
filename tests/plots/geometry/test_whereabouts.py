"""本镇在哪里：照村界、照已有的图形、照设置里的中央经线；远在别处的图形问一遍。"""

import numpy as np
import pytest
import shapely

from plots.geometry.whereabouts import Whereabouts
from taiping.ground.geometry.measure import ellipsoid
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_shape,
    make_steps_target,
    make_village,
)

pytestmark = pytest.mark.django_db


def at(lon, lat=29.85, side=0.0005):
    return shapely.box(lon, lat, lon + side, lat + side)


def east_of(lon, km):
    """往东多少公里的一块。"""
    lon, lat, _ = ellipsoid().fwd(lon, 29.85, 90, km * 1000)
    return at(lon, lat)


@pytest.fixture
def target(db):
    return make_steps_target(make_plan())


@pytest.fixture
def east(db):
    return make_village("东村")


def far(*geometries, **about):
    named = [(f"“T-{number}”", geometry) for number, geometry in enumerate(geometries, start=1)]
    found = Whereabouts(**about).far(named)
    return found.sentence if found else ""


@pytest.mark.parametrize(("lon", "meridian"), [(116, 117), (121.2, 120), (106.05, 105)])
def test_the_meridian_is_that_of_the_boundaries_or_the_shapes(target, east, lon, meridian):
    make_shape(make_patch(target, east), at(lon), crs="EPSG:4490")
    assert Whereabouts().meridian == meridian

    make_boundary(east, at(110), crs="EPSG:4490")

    assert Whereabouts().meridian == 111  # 有村界，照村界


@pytest.mark.parametrize(("setting", "meridian"), [(105, 105), (117, 117), (121.3, 120), (0, None)])
def test_with_neither_the_setting_tells(db, settings, setting, meridian):
    settings.MAP_MERIDIAN = setting

    assert Whereabouts().meridian == meridian


def test_shapes_far_from_the_others_are_named_with_their_distance(target, east):
    make_shape(make_patch(target, east), at(106.05), crs="EPSG:4490")

    assert far(east_of(106.05, 25)) == ""
    assert "“T-2”这 1 个图形离本镇已有的图形有 40 公里" in far(at(106.06), east_of(106.05, 40.5))
    assert "“T-1”、“T-2”、“T-3”等 5 个图形" in far(*[at(109)] * 5)


def test_the_distance_is_a_setting_and_the_nearest_counts(target, east, settings):
    make_shape(make_patch(target, east, code="甲"), at(106.05), crs="EPSG:4490")
    make_shape(make_patch(target, east, code="乙"), at(107), crs="EPSG:4490")

    assert far(east_of(107, 20)) == ""
    settings.MAP_FAR_KM = 10

    assert "20 公里" in far(east_of(107, 20.7))


def test_boundaries_count_before_shapes_and_villages_being_replaced_do_not(target, east):
    make_shape(make_patch(target, east), at(109), crs="EPSG:4490")
    make_boundary(east, at(106.05, side=0.05), crs="EPSG:4490")

    assert far(at(106.3)) == ""
    assert "离本镇的村界有" in far(at(109))
    assert far(at(109), besides=[east.pk]) == ""


def test_with_nothing_to_compare_the_meridian_and_the_file_itself_tell(db, settings):
    settings.MAP_MERIDIAN = 105
    assert far(at(106.05)) == ""
    assert "离本镇的中央经线 105° 有 4.0 度" in far(at(109))

    settings.MAP_MERIDIAN = 0

    assert far(at(109)) == ""
    assert "“T-3”这 1 个图形离这份文件里大多数图形有" in far(at(109), at(109.01), at(106))


def test_demo_shapes_do_not_tell_where_the_town_is(target, east, settings):
    settings.MAP_MERIDIAN = 117
    demo = make_patch(target, east, code="演示", is_demo=True)
    make_shape(demo, at(106.05), crs="EPSG:4490")

    assert Whereabouts().meridian == 117
    assert far(at(116.4)) == ""
    make_shape(make_patch(target, east, code="真的"), at(116.4), crs="EPSG:4490")

    assert far(at(116.41)) == ""
    assert "离本镇已有的图形有" in far(at(106.05))


def test_a_hundred_shapes_in_one_place_are_asked_for_in_one_query(
    target, east, django_assert_num_queries
):
    for number in range(3):
        make_shape(make_patch(target, east, code=str(number)), at(106 + number), crs="EPSG:4490")

    with django_assert_num_queries(2):
        where = Whereabouts()
        assert where.meridian == 108
        where.far([("“甲”", at(107))])
    assert np.isfinite(where.meridian)
