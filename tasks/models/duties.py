"""常态工作：方案里没有截止日期、要一直做的，和一次次的履职记录；记录只增不改，录错了的撤回，撤回的也留着。"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from taiping.ground import dates
from taiping.ground.actors import actors, said
from tasks.models.duty_periods import Every
from tasks.models.groups import WorkingGroup
from tasks.models.plans import Plan
from tasks.models.targets import Target
from tasks.models.withdrawing import (
    Withdrawable,
    WithdrawableQuerySet,
    whole_withdrawal,
    withdrawn_not_before,
)
from villages.models import NaturalManager, User, Village, sees_every_village


class DutyManager(NaturalManager):
    natural_fields = ("plan__code", "code")


def duty_doers():
    """谁做：称呼照设置。"""
    return Duty.Who.choices


class Duty(models.Model):
    """常态工作：谁做、多久一次、一次次地记什么；要求几次由镇里填，方案没说就空着。"""

    class Who(models.TextChoices):
        VILLAGE = "VILLAGE", said("{村}")
        TOWN = "TOWN", said("{镇}")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="duties", verbose_name="方案")
    code = models.SlugField("代码", max_length=30, help_text="英文小写，如 patrol。")
    name = models.CharField("名称", max_length=50)
    wording = models.CharField("方案原文", max_length=300, blank=True)
    clause = models.CharField("方案条款", max_length=100, blank=True)
    group = models.ForeignKey(
        WorkingGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="standing_duties",
        verbose_name="责任工作组",
    )
    who = models.CharField("由谁做", max_length=10, choices=duty_doers, default=Who.VILLAGE)
    every = models.CharField("多久一次", max_length=10, choices=Every, default=Every.NONE)
    required = models.PositiveIntegerField(
        "每期应做",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="一周（月、季度）里要做几次；各村做的是每个村几次，不定期的是全年几次。"
        "方案没有要求就留空。",
    )
    unit = models.CharField("单位", max_length=10, default="次", help_text="如 次、场、件、户。")
    problem_target = models.ForeignKey(
        Target,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="feeding_duties",
        verbose_name="发现的问题归到",
        help_text="做这项工作发现的问题，添加成哪项目标任务的图斑；留空就不添加图斑。",
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = DutyManager()

    class Meta:
        verbose_name = verbose_name_plural = "常态工作"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="duty_code_is_unique_in_plan"),
            models.CheckConstraint(
                condition=Q(required__isnull=True) | Q(required__gte=1),
                name="duty_requires_at_least_one",
                violation_error_message="每期应做至少是 1；没有要求就留空。",
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.plan.code, self.code)

    natural_key.dependencies = ["tasks.plan", "tasks.workinggroup", "tasks.target"]

    def clean(self):
        for name in ("group", "problem_target"):
            other = getattr(self, name)
            if other and other.plan_id != self.plan_id:
                label = self._meta.get_field(name).verbose_name
                raise ValidationError({name: f"“{label}”要在同一份方案里。"})
        if self.problem_target_id and not self.problem_target.by_patches:
            raise ValidationError({"problem_target": problems_refused(self.problem_target.name)})
        stored = self.pk and Duty.objects.filter(pk=self.pk).first()
        if stored and stored.plan_id != self.plan_id and stored.entries.exists():
            raise ValidationError(
                {"plan": f"“{stored.name}”已经记过，不能换方案。另添一项常态工作。"}
            )

    @property
    def by_villages(self) -> bool:
        return self.who == self.Who.VILLAGE

    @property
    def required_text(self) -> str:
        """“每个村每周 1 次”“每月 2 场”；没有要求几次的是“每周”“不定期”。"""
        every = Every(self.every)
        if self.required is None:
            return every.label
        often = "全年" if every == Every.NONE else every.label
        return f"{'每个村' if self.by_villages else ''}{often} {self.required} {self.unit}"


def problems_refused(target: str) -> str:
    return f"“{target}”靠监测量，没有图斑，发现的问题不能归到它。请选靠图斑量的任务，或留空。"


class DutyEntryQuerySet(WithdrawableQuerySet):
    def visible_to(self, user: User) -> "DutyEntryQuerySet":
        """村支部书记看自己村的，和镇里没有写村的；其他角色看全部。"""
        if sees_every_village(user):
            return self
        own = Village.objects.visible_to(user)
        return self.filter(Q(village__isnull=True) | Q(village__in=own))


class DutyEntry(Withdrawable):
    """履职记录：哪天、哪个村，做了几次，做了什么，发现几处问题。只增不改。

    录错了的撤回：撤回日期就是记录的日期，任何一天都当没有过；按录入日期看，撤回以前的日子还是当时的样子。
    """

    duty = models.ForeignKey(
        Duty, models.PROTECT, related_name="entries", db_index=False, verbose_name="常态工作"
    )
    village = models.ForeignKey(
        Village,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duty_entries",
        verbose_name="村",
        help_text="不是哪个村的就留空。",
    )
    on = models.DateField("哪天")
    count = models.PositiveIntegerField("数量", validators=[MinValueValidator(1)])
    words = models.CharField("做了什么", max_length=500, blank=True)
    problems = models.PositiveIntegerField("发现问题", default=0, help_text="处；没有就是 0。")
    client_key = models.UUIDField("客户端编号", null=True, blank=True, unique=True, editable=False)
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

    objects = DutyEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "履职记录"
        ordering = ["-on", "-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=1),
                name="duty_entry_counts_something",
                violation_error_message="数量至少是 1；没有做就不用记。",
            ),
            whole_withdrawal("duty_entry_withdrawal_is_whole"),
            withdrawn_not_before("duty_entry_is_not_withdrawn_before_its_day", "on", "记录的日期"),
        ]
        indexes = [models.Index(fields=["duty", "on", "village"], name="duty_entry_by_day")]

    def __str__(self):
        return f"{self.place}{self.duty.name} {self.on} {self.count} {self.duty.unit}"

    def clean(self):
        if self.duty_id and self.duty.by_villages and self.village_id is None:
            raise ValidationError(
                {"village": f"“{self.duty.name}”由{actors.village}里做，请选村。"}
            )
        if self.duty_id and self.on and (sentence := self.duty.plan.outside(self.on)):
            raise ValidationError({"on": sentence})

    @property
    def place(self) -> str:
        return self.village.name if self.village_id else f"全{actors.town}"
