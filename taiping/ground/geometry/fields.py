"""图形怎么存：WKB 放在普通的列里，外接框放在旁边，两种数据库都一样用。"""

from django.db import models
from django.db.models import Q


class ShapeQuerySet(models.QuerySet):
    def touching(
        self, min_lon: float, min_lat: float, max_lon: float, max_lat: float
    ) -> "ShapeQuerySet":
        """外接框和给的框（度）相交的。"""
        return self.filter(
            min_lon__lte=max_lon, max_lon__gte=min_lon, min_lat__lte=max_lat, max_lat__gte=min_lat
        )


class ShapeModel(models.Model):
    """一个面：wkb 是 EPSG:4490 的二维多边形（或多部分），四个数是它的外接框（度）。"""

    wkb = models.BinaryField("图形")
    digest = models.CharField("图形的 SHA-256", max_length=64, editable=False)
    min_lon = models.FloatField("最西")
    min_lat = models.FloatField("最南")
    max_lon = models.FloatField("最东")
    max_lat = models.FloatField("最北")
    source_crs = models.CharField("原来的坐标系", max_length=60, blank=True)
    repaired = models.BooleanField("修补过", default=False)
    updated_at = models.DateTimeField("更新时间")

    objects = ShapeQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(min_lon__gte=-180, max_lon__lte=180, min_lat__gte=-90, max_lat__lte=90),
                name="%(class)s_is_in_degrees",
                violation_error_message="图形要存成经纬度。",
            ),
        ]
        indexes = [
            models.Index(fields=["min_lon", "max_lon", "min_lat", "max_lat"], name="%(class)s_box"),
        ]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """外接框（最西, 最南, 最东, 最北），度。"""
        return self.min_lon, self.min_lat, self.max_lon, self.max_lat
