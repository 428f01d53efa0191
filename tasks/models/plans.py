"""年度方案：目标任务、时间节点、工作组、任务分解、保有量监测。步骤和数都是数据，不是代码。"""

from datetime import date

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from taiping.ground.dates import long_date
from villages.models import NaturalManager


class PlanManager(NaturalManager):
    natural_fields = ("year",)

    def current(self, on):
        """某日该看的方案：已经开始的里面最近的一个；都没开始就取最早的；没有方案是 None。"""
        return in_force(self.order_by("-year"), on)


def in_force(plans, on):
    """plans 里（新的在前）某日该看的一份，规则见 PlanManager.current。"""
    plans = list(plans)
    return next((plan for plan in plans if plan.starts_on <= on), plans[-1] if plans else None)


class Plan(models.Model):
    """年度方案：一年一份，全部任务和时限都挂在它下面。"""

    year = models.PositiveSmallIntegerField(
        "年度", unique=True, validators=[MinValueValidator(2000)]
    )
    title = models.CharField("标题", max_length=200)
    issuer = models.CharField("发文单位", max_length=100)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    warn_days = models.PositiveSmallIntegerField(
        "预警天数", default=7, help_text="离截止不到这么多天还没完成，就标为“预警”。"
    )
    note = models.TextField("说明", blank=True)

    objects = PlanManager()

    class Meta:
        verbose_name = verbose_name_plural = "年度方案"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="plan_ends_after_it_starts",
                violation_error_message="结束日期要晚于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.year}年度方案"

    def natural_key(self):
        return (self.year,)

    def outside(self, day: date) -> str:
        """day 不在方案起止之内时的一句话；在里面是空文字。"""
        if self.starts_on <= day <= self.ends_on:
            return ""
        return (
            f"{long_date(day)}不在{self}的起止日期（{long_date(self.starts_on)}至"
            f"{long_date(self.ends_on)}）之内，请核对日期，或换一个年度的方案。"
        )
