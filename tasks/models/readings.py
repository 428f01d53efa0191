"""监测数：只增不改；录错了的撤回，撤回的也留着。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from taiping.ground import dates
from taiping.ground.actors import actors
from taiping.ground.area import MuField, spoken
from tasks.models.nesting import nested
from tasks.models.plans import Plan
from tasks.models.targets import Target
from tasks.models.withdrawing import (
    Withdrawable,
    WithdrawableQuerySet,
    whole_withdrawal,
    withdrawn_not_before,
)
from villages.models import User, Village, sees_every_village


class ReadingQuerySet(WithdrawableQuerySet):
    def visible_to(self, user: User) -> "ReadingQuerySet":
        """村支部书记看全镇的和自己村的，其他角色看全部。"""
        if sees_every_village(user):
            return self
        own = Village.objects.visible_to(user)
        return self.filter(Q(village__isnull=True) | Q(village__in=own))

    def latest(self) -> "ReadingQuerySet":
        """每项任务、每个村（和全镇）最近的一次：没有撤回的里日期最晚的，同一天后录入的为准。"""
        return self.standing()._numbered("target", "village", newest="-on").filter(turn=1)

    def with_turns(self) -> "ReadingQuerySet":
        """带 turn：同一任务、同一村、同一天的几次里倒数第几次录的；撤回的不和没撤回的比。"""
        return self._numbered("target", "village", "on", "withdrawn_at")

    def _numbered(self, *same, newest="-created_at"):
        order = dict.fromkeys([newest, "-created_at", "-pk"])
        return self.annotate(
            turn=Window(RowNumber(), partition_by=[*map(F, same)], order_by=[*order])
        )


@dataclass
class Entry:
    """村里可以录的一项：哪项任务、哪个村、上次录的；没录过是 None。"""

    target: Target
    village: Village
    last: "Reading | None"


AFTER_END = timedelta(days=31)  # 年底的数一月才报得齐，方案结束以后还提醒一个月


def entries_of(villages: Sequence[Village], plans: Sequence[Plan], today: date) -> list[Entry]:
    """这些村现在可以自己录的监测，先按任务、再按村；plans 是 Plan.objects.begun 给的。有让村里录的才查一次。"""
    targets = []
    for plan in reversed(plans):
        if plan.starts_on <= today <= plan.ends_on + AFTER_END:
            listed = nested(plan.targets.all())
            targets += [target for target in listed if target.villages_may_enter]
    last = {}
    if targets and villages:
        found = Reading.objects.filter(target__in=targets, village__in=villages).latest()
        last = {(row.target_id, row.village_id): row for row in found}
    return [
        Entry(target, village, last.get((target.pk, village.pk)))
        for target in targets
        for village in villages
    ]


class ReadingManager(models.Manager.from_queryset(ReadingQuerySet)):
    def get_by_natural_key(self, plan, code, village, on, created_at):
        where = {"village__name": village} if village else {"village": None}
        return self.get(
            target__plan__code=plan, target__code=code, on=on, created_at=created_at, **where
        )


class Reading(Withdrawable):
    """监测数：某日的一个实有数。只增不改：同一天后录入的为准，先录的留着。

    录错了的撤回：撤回日期就是监测日期，任何一天都当没有过这个数；按录入日期看，撤回以前的日子还是当时的样子。
    """

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
        help_text="不分村的留空。",
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
    created_at = models.DateTimeField("录入时间", default=dates.now)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ReadingManager()

    class Meta:
        verbose_name = verbose_name_plural = "监测数"
        ordering = ["target", "-on", "-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="reading_is_not_negative",
                violation_error_message="数值不能是负数。",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="reading_has_a_source"),
            whole_withdrawal("reading_withdrawal_is_whole"),
            withdrawn_not_before("reading_is_not_withdrawn_before_its_day", "on", "监测日期"),
        ]
        indexes = [models.Index(fields=["target", "on"], name="reading_by_day")]

    def __str__(self):
        return f"{self.target.name} {self.on} {spoken(self.value)}{self.target.unit}"

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
        if self.target_id and self.on and (sentence := self.target.plan.outside(self.on)):
            raise ValidationError({"on": sentence})

    @property
    def is_corrected(self) -> bool:
        """同一天后来又录了一次，用的是后来的；要先 with_turns。"""
        return self.turn > 1 and not self.is_withdrawn

    @property
    def place(self) -> str:
        return self.village.name if self.village_id else f"全{actors.town}"
