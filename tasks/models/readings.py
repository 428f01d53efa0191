"""保有量监测：只增不改。"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from taiping.ground.area import MuField, plain
from tasks.models.question import DONE, RECORDED
from tasks.models.targets import Target
from villages.models import Village


class ReadingQuerySet(models.QuerySet):
    def known(self, on, basis=DONE):
        """某日已有的监测数；basis="recorded" 时看的是那天系统里已经录入的。"""
        if basis == RECORDED:
            return self.filter(created_at__date__lte=on)
        return self.filter(on__lte=on)


class ReadingManager(models.Manager.from_queryset(ReadingQuerySet)):
    def get_by_natural_key(self, plan, code, village, on, created_at):
        where = {"village__name": village} if village else {"village": None}
        return self.get(
            target__plan__code=plan, target__code=code, on=on, created_at=created_at, **where
        )


class Reading(models.Model):
    """保有量监测：某日的一个实有数。只增不改：同一天后录入的为准，先录的留着。"""

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="readings", verbose_name="目标任务"
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="readings",
        verbose_name="村",
        help_text="空就是全镇。",
    )
    on = models.DateField("监测日期")
    value = MuField("数值", validators=[MinValueValidator(0)])
    source = models.CharField("来源", max_length=100, help_text="如“2024年度国土变更调查”。")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="录入人",
    )
    created_at = models.DateTimeField("录入时间", default=timezone.now)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ReadingManager()

    class Meta:
        verbose_name = verbose_name_plural = "保有量监测"
        ordering = ["target", "-on", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="reading_is_not_negative",
                violation_error_message="数值不能是负数。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="reading_has_a_source"),
        ]
        indexes = [models.Index(fields=["target", "on"], name="reading_by_day")]

    def __str__(self):
        return f"{self.target.name} {self.on} {plain(self.value)}{self.target.unit}"

    def natural_key(self):
        return (
            *self.target.natural_key(),
            self.village.name if self.village_id else "",
            self.on,
            self.created_at,
        )

    natural_key.dependencies = ["tasks.target", "villages.village"]

    def clean(self):
        if self.target_id and self.target.measured_by != Target.MeasuredBy.READINGS:
            raise ValidationError({"target": f"“{self.target.name}”靠图斑量，不用录入监测数。"})
