"""地图上画三千块有多快：和光页比，也和一块块地造图斑对象的老做法比；过去一天的也量。"""

import json
import math

import pytest
import shapely
from django.http import QueryDict

from plots.geometry.attach import put
from plots.models import Patch
from plots.pages.map import geojson
from plots.pages.map.outlines import FINE_PX, written
from plots.pages.map.window import Window
from plots.pages.patch_list.filters import PatchFilter
from plots.pages.patch_list.rows import rows_of
from taiping.ground.area import figure
from taiping.ground.geometry.shapes import tidy_shapes
from tests.benchmarks.conftest import TODAY, visit
from tests.worlds.factories import make_user
from villages.models import Role, Village

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("town", [(geojson.LIMIT, 30)], indirect=True, scope="module"),
]
TABLE = "地图"
WINDOW = "bbox=106.0,29.8,106.2,30.0&zoom=14"
BOX = ("min_lon", "min_lat", "max_lon", "max_lat")
ACROSS, GAP = 60, 0.003
FEATURE = '{"type":"Feature","geometry":%s,"properties":%s}'
NEEDED = ("code", "village", "target", "area_mu", "place", "status", "next_milestone", "until_on")
NEEDED += (
    "due_on",
    "is_demo",
    "found_lat",
    "found_lon",
    "shape__wkb",
    *map("shape__{}".format, BOX),
)
DAYS = {"今天": "", "过去一天": f"on={TODAY.replace(month=9)}"}


def field(at):
    """第 at 块：二十四个角、半径约 60 米的田，排成行列。"""
    east, north = 106.005 + at % ACROSS * GAP, 29.805 + at // ACROSS * GAP
    turns = [2 * math.pi * corner / 24 for corner in range(24)]
    edge = [0.0006 * (1 + 0.2 * math.sin(5 * turn + at)) for turn in turns]
    return shapely.Polygon(
        (east + far * math.cos(turn), north + far * math.sin(turn))
        for far, turn in zip(edge, turns, strict=True)
    )


@pytest.fixture(scope="module")
def land(town, django_db_blocker):
    with django_db_blocker.unblock():
        patches = list(Patch.objects.order_by("pk").values_list("pk", flat=True))
        shapes = tidy_shapes([field(at) for at in range(len(patches))], "EPSG:4490")
        put(dict(zip(patches, shapes, strict=True)))
    return town


def filters_of(query):
    user = make_user(role=Role.LEADER)
    return PatchFilter(QueryDict(query), queryset=Patch.objects.visible_to(user), user=user)


def by_objects(filters, window):
    """老做法：每块造一个图斑、一个图形，一律用慢的简化，每块另起一遍 JSON。"""
    found = filters.qs.filter(window.contains("shape__") | window.holds_spot())
    count = found.order_by().count()
    steps = {step.pk: step for step in filters.milestones}
    targets = filters.question.plan.targets.select_related("plan").in_bulk()
    villages = Village.objects.in_bulk()
    patches = list(filters.sorted(found.select_related("shape").only(*NEEDED)))
    for patch in patches:
        patch.target, patch.village = targets[patch.target_id], villages[patch.village_id]
        if patch.next_milestone_id:
            patch.next_milestone = steps[patch.next_milestone_id]
    rows = rows_of(patches, filters)
    areas = shapely.from_wkb([bytes(row.patch.shape.wkb) for row in rows])
    drawn = written(shapely.simplify(areas, FINE_PX * window.pixel, preserve_topology=True))
    features = [
        FEATURE % (shape, json.dumps(facts(row), ensure_ascii=False))
        for row, shape in zip(rows, drawn, strict=True)
    ]
    head = {"type": "FeatureCollection", "count": count, "words": geojson._words(count, False)}
    return f'{json.dumps(head, ensure_ascii=False)[:-1]},"features":[{",".join(features)}]}}'


def facts(row):
    patch = row.patch
    return {
        "id": patch.pk,
        "code": patch.code,
        "village": patch.village.name,
        "target": patch.target.name,
        "status": row.status,
        "text": row.text,
        "late": row.is_late,
        "area": figure(patch.area_mu),
        "place": patch.place,
        "demo": patch.is_demo,
    }


def test_bare_page(land, measure):
    assert measure("光页", visit("/bare/"), floor=True, table=TABLE)


@pytest.mark.parametrize("day", DAYS)
def test_one_object_a_patch(land, measure, day):
    def ask():
        filters = filters_of(f"{WINDOW}&{DAYS[day]}")
        return by_objects(filters, Window.asked(filters.data))

    content = measure(f"{day}，老做法", ask, table=TABLE)

    assert len(json.loads(content)["features"]) == geojson.LIMIT


@pytest.mark.parametrize("day", DAYS)
def test_map(land, measure, day):
    ask = visit(f"/patches/map/data.geojson?{WINDOW}&{DAYS[day]}")

    content = measure(day, ask, table=TABLE)

    assert len(json.loads(content)["features"]) == geojson.LIMIT
