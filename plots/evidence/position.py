"""照片的位置与图斑的关系；只作参考，从不拒绝。"""

from plots.models import Evidence


def locate(patch, lat, lon):
    """(Position, 离图斑的米数)。图斑还没有图形可比，一律是“没有位置”。

    图斑有了图形，只改这里：lat、lon 是 Decimal 度（没有位置时都是 None）。
    """
    return Evidence.Position.UNKNOWN, None
