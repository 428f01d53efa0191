"""迁移里写着的老地址：亩在 taiping.ground.area。"""

from taiping.ground.area import MuField

__all__ = ["MuField"]
