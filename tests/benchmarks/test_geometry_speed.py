"""一万块图斑的图形检查要几秒：连成片、每块叠住右边的邻居，十个村都有村界。"""

import pytest
import shapely

from plots.geometry.attach import put
from plots.geometry.checks import recheck
from plots.models import GeometryCheck, Patch
from taiping.ground.geometry.shapes import tidy_shapes
from tests.worlds.factories import make_boundary, make_plan, make_steps_target, make_village
from tests.worlds.geo_files import X, Y

COUNT, ACROSS = 10_000, 100


def box(at):
    east, north = X + at % ACROSS * 95, Y + at // ACROSS * 120
    return shapely.Point(east + 50, north + 50).buffer(50, quad_segs=5)


@pytest.mark.django_db
@pytest.mark.benchmark(max_time=1, min_rounds=2, warmup=False)
def test_ten_thousand_patches_are_checked(benchmark):
    target, villages = make_steps_target(make_plan()), [make_village() for _ in range(10)]
    for at, village in enumerate(villages):
        make_boundary(
            village, shapely.box(X - 1000, Y + at * 1200 - 50, X + 12_000, Y + at * 1200 + 1150)
        )
    patches = Patch.objects.bulk_create(
        Patch(target=target, village=villages[at // 1000], code=str(at), area_mu="11.7")
        for at in range(COUNT)
    )
    shapes = tidy_shapes([box(at) for at in range(COUNT)], "EPSG:4523")
    put({patch.pk: shape for patch, shape in zip(patches, shapes, strict=True)})

    benchmark(recheck)

    assert GeometryCheck.objects.filter(kind="OVERLAP").count() == ACROSS * (ACROSS - 1) * 2
