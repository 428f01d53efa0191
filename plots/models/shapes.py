"""图斑的图形和图形检查。图形单独一张表：台账和进度从不读它。"""

from dataclasses import dataclass

from django.db import models

from taiping.ground.area import MuField
from taiping.ground.geometry.fields import ShapeModel, ShapeQuerySet
from villages.models import User, within_sight


@dataclass(frozen=True)
class Spot:
    """点：没有图形的图斑，发现时手机在哪里（度）；外接框就是它自己。"""

    lon: float
    lat: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        return self.lon, self.lat, self.lon, self.lat


class PatchShapeQuerySet(ShapeQuerySet):
    def visible_to(self, user: User) -> "PatchShapeQuerySet":
        return within_sight(self, user, "patch__village")

    def current(self) -> "PatchShapeQuerySet":
        """还在算的图斑的：没有拆分、结转、移出。"""
        return self.filter(patch__until_on__isnull=True)


class PatchShape(ShapeModel):
    """图斑图形：图斑在地上的样子；measured_mu 是量算的（椭球面）面积。"""

    patch = models.OneToOneField(
        "plots.Patch", models.CASCADE, primary_key=True, related_name="shape", verbose_name="图斑"
    )
    measured_mu = MuField("量算面积（亩）")
    parts = models.PositiveIntegerField("几部分", default=1)
    batch = models.ForeignKey(
        "plots.Batch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shapes",
        verbose_name="批次",
    )

    objects = PatchShapeQuerySet.as_manager()

    class Meta(ShapeModel.Meta):
        verbose_name = verbose_name_plural = "图斑图形"

    def __str__(self):
        return f"{self.patch} 的图形"
