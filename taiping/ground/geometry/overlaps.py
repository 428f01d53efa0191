"""重叠：一批图形里谁和谁叠着、叠了多少平方米。坐标是经纬度（EPSG:4490）。"""

from __future__ import annotations

from collections.abc import Sequence

from taiping.ground.geometry.measure import area_sqm, rough_sqm
from taiping.ground.libraries import np, shapely

SLIVER_SQM = 1  # 平方米：描图和取整留下的细缝，不算重叠


def overlaps(
    geometries: Sequence[shapely.Geometry], asked: Sequence[int]
) -> list[tuple[int, int, float]]:
    """[(第几个, 第几个, 重叠的平方米)]，每一对只有一次；asked 是要查的那几个的位置，别的只作对照。

    两个故意画成梳子的图形，交点数是界址点数的乘积：来历不明的图形要在限度里查。
    """
    geometries = np.array(geometries, dtype=object)
    asked = np.array(asked, dtype=int)
    if not len(asked):
        return []
    left, right = shapely.STRtree(geometries).query(geometries[asked], predicate="intersects")
    left = asked[left]
    # 两块都要查的会出现两次，留前一次；自己和自己不算。
    is_asked = np.zeros(len(geometries), dtype=bool)
    is_asked[asked] = True
    kept = (left != right) & ((left < right) | ~is_asked[right])
    left = left[kept]
    right = right[kept]
    shared = shapely.intersection(geometries[left], geometries[right])
    if not len(shared):
        return []
    sizes = rough_sqm(shared, float(shapely.get_coordinates(geometries[0])[0, 1]))
    wide = np.flatnonzero(sizes >= SLIVER_SQM)
    return [(int(left[at]), int(right[at]), area_sqm(shared[at])) for at in wide]
