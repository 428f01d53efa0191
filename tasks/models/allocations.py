"""任务分解。"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from taiping.ground.area import MuField, spread
from tasks.models.structure import ALL_KINDS_OF_COUNT
from tasks.models.targets import Target
from villages.models import NaturalManager, Village


def gap_of(
    least: Decimal | int | None, most: Decimal | int | None, quota: Decimal | int | None
) -> Decimal | int | None:
    """分到各村的合计（最少的、最多的；没有写成一段的 most 是 None）比任务数多（正）或少（负）多少。

    任务数在两头之间就不差，是 0；没有分、没有任务数的是 None。
    """
    if least is None or quota is None:
        return None
    if most is not None and least <= quota <= most:
        return type(least)(0)
    return least - quota if most is None or least > quota else most - quota


def share_words(quota, quota_most, count, count_most, unit: str, decimals: int = 2) -> str:
    """分到的任务数：“60 亩、1–3 个”；没有分是空。"""
    parts = [f"{spread(quota, quota_most, decimals)} {unit}"] if quota is not None else []
    parts += [f"{spread(count, count_most)} 个"] if count is not None else []
    return "、".join(parts)


class AllocationManager(NaturalManager):
    natural_fields = ("target__plan__code", "target__code", "village__name")


class Allocation(models.Model):
    """任务分解：一项任务落到一个村的数；空就是未分解，不是 0。

    可以是一段：“每村 1–3 个”。到了最少的数就是完成，完成率按最少的算；比最多的还多的指出来，照样算数。
    全镇的数还是任务自己的任务数，不由各村的加出来。
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="allocations", verbose_name="目标任务"
    )
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="allocations", verbose_name="村"
    )
    lot = models.CharField("片区", max_length=10, blank=True, help_text="如 A、B；不分片就留空。")
    quota = MuField(
        "任务数",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="空就是未分解；每村可多可少的，这里是最少的。",
    )
    quota_most = MuField(
        "任务数最多",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="每村 1–3 个的，这里是 3；定了一个数的留空。",
    )
    quota_count = models.PositiveIntegerField("任务个数", null=True, blank=True)
    quota_count_most = models.PositiveIntegerField("任务个数最多", null=True, blank=True)

    objects = AllocationManager()

    class Meta:
        verbose_name = verbose_name_plural = "任务分解"
        ordering = ["target", "lot", "village"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "village"], name="allocation_is_one_per_target_and_village"
            ),
            models.CheckConstraint(
                condition=Q(quota__isnull=True) | Q(quota__gte=0),
                name="allocation_quota_is_not_negative",
                violation_error_message="任务数不能是负数。",
            ),
            models.CheckConstraint(
                condition=Q(quota_most__isnull=True)
                | Q(quota__isnull=False, quota_most__gt=F("quota")),
                name="allocation_most_is_more_than_least",
                violation_error_message="任务数最多要比最少的大；定了一个数的，最多留空。",
            ),
            models.CheckConstraint(
                condition=Q(quota_count_most__isnull=True)
                | Q(quota_count__isnull=False, quota_count_most__gt=F("quota_count")),
                name="allocation_most_count_is_more_than_least",
                violation_error_message="任务个数最多要比最少的大；定了一个数的，最多留空。",
            ),
        ]

    def __str__(self):
        return f"{self.target.name} · {self.village.name}"

    def words(self, unit: str, decimals: int = 2) -> str:
        """“1–3 个”；未分解是空。"""
        counts = (self.quota_count, self.quota_count_most)
        return share_words(self.quota, self.quota_most, *counts, unit, decimals)

    def clean(self):
        if self.target_id and self.quota_count is not None and not self.target.by_patches:
            raise ValidationError({"quota_count": ALL_KINDS_OF_COUNT})

    def natural_key(self):
        return (*self.target.natural_key(), self.village.name)

    natural_key.dependencies = ["tasks.target", "villages.village"]
