"""图上画的面：怎么简化都还是好好的面，快的办法和慢的办法画得一样。"""

import math
import random

import numpy as np
import pytest
import shapely

from plots.pages.map.outlines import simplified


def star(chance, corners, rough, at=(106.0, 29.8)):
    """一块毛边的田，半径约 60 米。"""
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    far = [0.0006 * (1 + rough * chance.uniform(-1, 1)) for _ in turns]
    return shapely.Polygon(
        (at[0] + edge * math.cos(turn), at[1] + edge * math.sin(turn))
        for edge, turn in zip(far, turns, strict=True)
    )


def fields():
    chance = random.Random(16)
    plain = [star(chance, corners, rough) for corners in (3, 5, 12, 40, 90) for rough in (0.1, 0.9)]
    hole = plain[4].difference(plain[4].centroid.buffer(0.0002))
    neck = shapely.union_all(
        [
            shapely.box(106, 29.8, 106.001, 29.801),
            shapely.box(106.001, 29.8005, 106.002, 29.80052),
            shapely.box(106.002, 29.8, 106.003, 29.801),
        ]
    )
    two = shapely.MultiPolygon([star(chance, 12, 0.3), star(chance, 12, 0.3, (106.01, 29.8))])
    return np.array([*plain * 5, hole, neck, two, None], dtype=object)


@pytest.mark.parametrize("zoom", [13, 15, 17, 19])
def test_simplified_fields_are_the_same_as_by_the_careful_way(zoom):
    areas, tolerance = fields(), 0.7 * 360 / (256 * 2**zoom)

    drawn = simplified(areas, tolerance)

    careful = shapely.simplify(areas, tolerance, preserve_topology=True)
    assert drawn[-1] is None
    assert shapely.is_valid(drawn[:-1]).all()
    assert shapely.equals_exact(
        shapely.normalize(drawn[:-1]), shapely.normalize(careful[:-1])
    ).all()


def test_a_field_that_would_cross_itself_is_simplified_with_care():
    """下边鼓出去一点，上面来的窄槽尖在鼓出的那一块里：下边拉直，槽尖就穿过去了。"""
    slot = [(5.5, 10), (5, -0.5), (4.5, 10)]
    field = shapely.Polygon([(0, 0), (5, -0.9), (10, 0), (10, 10), *slot, (0, 10)])
    ring = shapely.simplify(field.exterior, 1, preserve_topology=False)
    assert not shapely.Polygon(ring).is_valid

    (drawn,) = simplified(np.array([field], dtype=object), 1)

    assert drawn.is_valid
    assert drawn.equals_exact(shapely.simplify(field, 1))
