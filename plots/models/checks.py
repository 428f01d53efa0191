"""图形检查查出来的，和对它的认定。"""

from django.db import models
from django.db.models import F, Q

from taiping.ground import dates
from taiping.ground.actors import said
from villages.models import User, within_sight


class GeometryCheckQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "GeometryCheckQuerySet":
        return within_sight(self, user, "patch__village")

    def standing(self) -> "GeometryCheckQuerySet":
        """还没有被认定不用管的。"""
        return self.filter(dismissed_at__isnull=True)

    def once(self, village: int | None = None) -> "GeometryCheckQuerySet":
        """一对图斑的两边各有一处：看全镇时只列一次，看一个村（主键）时列这个村的。"""
        first = Q(other__isnull=True) | Q(patch__lt=F("other"))
        if village is None:
            return self.filter(first)
        return self.filter(first | ~Q(other__village=village), patch__village=village)


def check_kinds():
    """哪几种检查；称呼照设置。"""
    return GeometryCheck.Kind.choices


class GeometryCheck(models.Model):
    """图形检查：图形上看出来的一处问题和它的数；只提醒，认定没有问题的写明理由。"""

    class Kind(models.TextChoices):
        AREA = "AREA", "面积不符"
        OVERLAP = "OVERLAP", "重叠"
        DUPLICATE = "DUPLICATE", "几乎重合"
        VILLAGE = "VILLAGE", "超出本村"
        TOWN = "TOWN", said("超出本{镇}")
        PARTS = "PARTS", "分成几部分"
        REPAIRED = "REPAIRED", "修补过"

    patch = models.ForeignKey(
        "plots.Patch", models.CASCADE, related_name="checks", verbose_name="图斑"
    )
    kind = models.CharField("检查", max_length=10, choices=check_kinds)
    other = models.ForeignKey(
        "plots.Patch",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="另一块图斑",
    )
    figures = models.JSONField("数", default=dict)
    sentence = models.CharField("说法", max_length=300)
    created_at = models.DateTimeField("发现时间", default=dates.now)
    dismissed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="认定人"
    )
    dismissed_at = models.DateTimeField("认定时间", null=True, blank=True)
    dismissed_reason = models.CharField("认定没有问题的理由", max_length=200, blank=True)

    objects = GeometryCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "图形检查"
        ordering = ["patch_id", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patch", "kind"], condition=Q(other__isnull=True), name="check_is_said_once"
            ),
            models.UniqueConstraint(
                fields=["patch", "kind", "other"],
                condition=Q(other__isnull=False),
                name="check_of_a_pair_is_said_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    dismissed_at__isnull=True, dismissed_by__isnull=True, dismissed_reason=""
                )
                | (
                    Q(dismissed_at__isnull=False, dismissed_by__isnull=False)
                    & ~Q(dismissed_reason="")
                ),
                name="check_dismissal_has_a_person_and_a_reason",
                violation_error_message="认定没有问题要写明理由。",
            ),
        ]

    def __str__(self):
        return self.sentence

    @property
    def is_dismissed(self) -> bool:
        return self.dismissed_at is not None
