"""工作要求：方案里不成任务、也不按期做的话，如资金保障、督查考核；写明在系统哪里看得到办得怎样。"""

from django.db import models

from tasks.models.plans import Plan
from villages.models import NaturalManager


class RequirementManager(NaturalManager):
    natural_fields = ("plan__code", "clause")


class Requirement(models.Model):
    """工作要求：方案的一条原文。"""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="requirements", verbose_name="方案")
    clause = models.CharField("方案条款", max_length=50)
    title = models.CharField("要求", max_length=50)
    wording = models.TextField("原文")
    menu = models.CharField(
        "在哪里看",
        max_length=20,
        blank=True,
        help_text="菜单上的名字，如“督办”；空就是系统里没有要办的。",
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = RequirementManager()

    class Meta:
        verbose_name = verbose_name_plural = "工作要求"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "clause"],
                name="requirement_clause_is_unique_in_plan",
                violation_error_message="这一条款的要求已经有了。",
            ),
        ]

    def __str__(self):
        return f"{self.title}（{self.clause}）"

    def natural_key(self):
        return (self.plan.code, self.clause)

    natural_key.dependencies = ["tasks.plan"]
