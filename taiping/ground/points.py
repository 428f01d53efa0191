"""分：考核的分数，存成整的百分之一分，最多 2 位小数；一项四舍五入一次，合计是显示出来的各项相加。"""

from django.db.models.expressions import Combinable, register_combinable_fields

from taiping.ground.exact import ExactField


class PointsField(ExactField):
    """以分计的分数：最多 2 位小数、4 位整数；扣分的是负数。"""

    description = "分"
    places, digits = 2, 6


for sign in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(PointsField, sign, PointsField, PointsField)
