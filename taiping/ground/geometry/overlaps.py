"""重叠：一批图形里谁和谁叠着、叠了多少平方米。坐标是经纬度（EPSG:4490）。

两个故意画成梳子的图形，交点数是界址点数的乘积：来历不明的图形，两步都要在限度里做。
"""

from __future__ import annotations

from collections.abc import Sequence

from taiping.ground.geometry.measure import area_sqm, rough_sqm
from taiping.ground.libraries import np, shapely

SLIVER_SQM = 1  # 平方米：描图和取整留下的细缝，不算重叠


def neighbours(
    boxes: Sequence[tuple[float, float, float, float]], asked: Sequence[int]
) -> list[tuple[int, int]]:
    """外接框（最西, 最南, 最东, 最北）相交的：[(第几个, 第几个)]，按前一个排好，每一对只有一次。

    asked 是要查的那几个的位置，别的只作对照。
    """
    if not len(asked):
        return []
    frames = shapely.box(*np.array(boxes, dtype=float).T)
    asked = np.array(asked, dtype=int)
    left, right = shapely.STRtree(frames).query(frames[asked])
    left = asked[left]
    # 两块都要查的会出现两次，留前一次；自己和自己不算。
    is_asked = np.zeros(len(frames), dtype=bool)
    is_asked[asked] = True
    kept = (left != right) & ((left < right) | ~is_asked[right])
    order = np.lexsort((right[kept], left[kept]))
    return list(zip(left[kept][order].tolist(), right[kept][order].tolist(), strict=True))


def overlaps(
    shapes: Sequence[bytes], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float]]:
    """shapes（WKB）里这一对对的重叠：[(第几个, 第几个, 重叠的平方米)]，没有叠着的不在内。"""
    geometries = shapely.from_wkb(np.array(shapes, dtype=object))
    left, right = np.array(pairs, dtype=int).T
    shapely.prepare(geometries)
    touching = shapely.intersects(geometries[left], geometries[right])
    left, right = left[touching], right[touching]
    if not len(left):
        return []
    shared = shapely.intersection(geometries[left], geometries[right])
    sizes = rough_sqm(shared, float(shapely.get_coordinates(geometries[0])[0, 1]))
    wide = np.flatnonzero(sizes >= SLIVER_SQM)
    return [(int(left[at]), int(right[at]), area_sqm(shared[at])) for at in wide]
