"""图形在一个窗口里画成什么样：太小的是点，其余去掉看不出来的弯，写成 GeoJSON 文字。"""

from taiping.ground.libraries import np, shapely

DIGITS = 5  # 坐标留 5 位小数（约 1 米）
TINY_PX = 6  # 比这还小的面画成点
FINE_PX = 0.7  # 简化掉看不出来的弯


def outlines(shapes, window):
    """画在这个窗口里的样子，GeoJSON 文字；shapes 有 box（度）和 wkb，wkb 是空的只知道位置，画成点。"""
    if not shapes:
        return []
    box = np.array([shape.box for shape in shapes])
    tiny = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) < TINY_PX * window.pixel
    middle = (box[:, :2] + box[:, 2:]) / 2
    found = [None if small else bytes(shape.wkb) for shape, small in zip(shapes, tiny, strict=True)]
    found = simplified(shapely.from_wkb(np.array(found, dtype=object)), FINE_PX * window.pixel)
    found[tiny] = shapely.points(middle[tiny])
    return written(found)


def simplified(areas, tolerance):
    """一批面（可以有 None）去掉 tolerance 度以内的弯，每个还是好好的面。

    没有洞的只简化外圈，快好几倍，得的是一样的面；简化到只剩三角形、边线自己相交的，和有洞的、几块的一起，用不会弄坏面的慢办法。
    """
    rings = shapely.simplify(shapely.get_exterior_ring(areas), tolerance, preserve_topology=False)
    is_plain = shapely.get_num_interior_rings(areas) == 0
    is_ring = shapely.get_num_points(rings) > 4
    quick = np.flatnonzero(is_plain & is_ring)
    drawn = shapely.polygons(rings[quick])
    is_sound = shapely.is_valid(drawn)
    found = areas.copy()
    found[quick[is_sound]] = drawn[is_sound]
    slow = np.ones(len(areas), dtype=bool)
    slow[quick[is_sound]] = False
    found[slow] = shapely.simplify(areas[slow], tolerance, preserve_topology=True)
    return found


def written(geometries):
    """一批图形 → GeoJSON 文字，坐标取整。"""
    return shapely.to_geojson(
        shapely.transform(np.asarray(geometries, dtype=object), lambda xy: xy.round(DIGITS))
    )
