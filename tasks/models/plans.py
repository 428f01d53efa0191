"""年度方案：目标任务、时间节点、工作组、任务分解、监测数。步骤和数都是数据，不是代码。"""

import re
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Max, Min, Q
from django.db.models.expressions import RawSQL

from taiping.ground.dates import long_date
from tasks.models.in_use import plan_user
from tasks.models.structure import period_problems
from villages.models import NaturalManager

UNFIT_FOR_FILES = re.compile(r'[\s\\/:*?"<>|]')
NOT_IN_FILE_NAMES = '不能有空格和 \\ / : * ? " < > |：文件名里要用它。'
# 手写的：跟着方案一起问，比另数一遍、另查一次都省
VILLAGE_DUTIES = """EXISTS (
    SELECT 1 FROM tasks_duty WHERE plan_id = tasks_plan.id AND who = 'VILLAGE'
)"""


class PlanManager(NaturalManager):
    natural_fields = ("code",)

    def begun(self, on):
        """某日已经开始的方案，该看的一份在最前；都没开始就只有最早的一份。带着目标任务，两次查询。

        village_duties 是有没有由村里做的常态工作：没有的，就不用再去查。
        """
        duties = RawSQL(VILLAGE_DUTIES, (), models.BooleanField())  # noqa: S611 是上面写死的
        plans = list(self.annotate(village_duties=duties))
        begun = [plan for plan in plans if plan.starts_on <= on] or plans[-1:]
        targets = self.model._meta.get_field("targets").related_model.objects
        in_order = models.Prefetch("targets", targets.order_by("order", "pk"))
        models.prefetch_related_objects(begun, in_order)
        return begun

    def current(self, on):
        """某日该看的方案：已经开始的里面最近的一个；都没开始就取最早的；没有方案是 None。"""
        return in_force(self.all(), on)


def in_force(plans, on):
    """plans 里（新的在前）某日该看的一份，规则见 PlanManager.current。"""
    plans = list(plans)
    return next((plan for plan in plans if plan.starts_on <= on), plans[-1] if plans else None)


class Plan(models.Model):
    """年度方案：全部任务和截止日期都挂在它下面。几份可以同时进行，同一年度的也可以，靠代码分开。"""

    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(2000)])
    code = models.SlugField(
        "代码",
        max_length=30,
        unique=True,
        blank=True,
        help_text="同一个年度有两份方案时用来分开，如 2024-grain；不写就是年度。定了不要再改，地址里用它。",
    )
    title = models.CharField("标题", max_length=200)
    issuer = models.CharField("发文单位", max_length=100)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    warn_days = models.PositiveSmallIntegerField(
        "预警天数", default=7, help_text="离截止不到这么多天还没完成，就标为“预警”。"
    )
    note = models.TextField("说明", blank=True)
    subject = models.CharField(
        "工作主题",
        max_length=20,
        default="耕地保护",
        validators=[RegexValidator(UNFIT_FOR_FILES, NOT_IN_FILE_NAMES, inverse_match=True)],
        help_text="总览、通报、周报的标题和文件名里说的是什么工作，如 粮食生产。",
    )
    upload_label = models.CharField(
        "上传编号的叫法",
        max_length=20,
        default="国土调查云上传编号",
        help_text="上报时要填的编号在这里叫什么，如 高标准农田平台编号。",
    )

    objects = PlanManager()

    class Meta:
        verbose_name = verbose_name_plural = "年度方案"
        ordering = ["-starts_on", "-year", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="plan_ends_after_it_starts",
                violation_error_message="结束日期要晚于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.name}方案"

    def save(self, *args, **kwargs):
        self.code = self.code or str(self.year)
        super().save(*args, **kwargs)

    def clean(self):
        """起止日期改了才去查：要包住自己的截止日期和已经有的记录。"""
        self.code = self.code or str(self.year or "")
        stored = self.pk and Plan.objects.filter(pk=self.pk).first()
        if not stored or None in (self.starts_on, self.ends_on):
            return
        if (self.starts_on, self.ends_on) == (stored.starts_on, stored.ends_on):
            return
        steps = self.dated_steps()
        errors = {}
        for problem in period_problems(self.starts_on, self.ends_on, steps, stored.days_in_use()):
            errors.setdefault(problem.field, []).append(problem.sentence)
        if errors:
            raise ValidationError(errors)

    @property
    def own_code(self):
        """另给的代码；就是年度的是空。"""
        return "" if self.code == str(self.year) else self.code

    @property
    def name(self):
        """“2024年度”；同一年度有两份的，后面写上代码。"""
        return f"{self.year}年度（{self.own_code}）" if self.own_code else f"{self.year}年度"

    def natural_key(self):
        return (self.code,)

    def dated_steps(self) -> list:
        """方案里定了截止日期的时间节点。"""
        found = []
        for target in self.targets.prefetch_related("milestones"):
            found += [step for step in target.milestones.all() if step.due_on]
        return found

    def days_in_use(self) -> list[date]:
        """现在的起止日期以内，整改记录、监测数、履职记录和评分最早、最晚的是哪天。以后才补办的（如来年才销号）本来就在外面。"""
        within = (self.starts_on, self.ends_on)
        inside = Q(readings__on__range=within)
        readings = self.targets.aggregate(
            first=Min("readings__on", filter=inside), last=Max("readings__on", filter=inside)
        )
        scored = Q(scores__on__range=within)
        scores = self.score_items.aggregate(
            first=Min("scores__on", filter=scored), last=Max("scores__on", filter=scored)
        )
        done = Q(entries__on__range=within)
        duties = self.duties.aggregate(
            first=Min("entries__on", filter=done), last=Max("entries__on", filter=done)
        )
        entered = (*readings.values(), *scores.values(), *duties.values())
        days = (*entered, *plan_user().record_days(self.pk, *within))
        return [day for day in days if day is not None]

    def outside(self, day: date) -> str:
        """day 不在方案起止之内时的一句话；在里面是空文字。"""
        if self.starts_on <= day <= self.ends_on:
            return ""
        return (
            f"{long_date(day)}不在{self}的起止日期（{long_date(self.starts_on)}至"
            f"{long_date(self.ends_on)}）之内，请核对日期，或换一份方案。"
        )

    def too_early(self, day: date, *, ahead: timedelta = timedelta(0)) -> str:
        """day 早在方案开始以前、多半是写错了年份时的一句话，能早 ahead；不早是空文字。

        结束以后的不拦：督办、付钱接着办到来年是常事。
        """
        if day >= self.starts_on - ahead:
            return ""
        much = f" {ahead.days} 天以上" if ahead else ""
        return (
            f"{long_date(day)}比{self}开始的{long_date(self.starts_on)}早{much}，"
            "请核对年份，或换一份方案。"
        )
