"""考核项：年终对各村考核的评分表，大项下面分小项，每项多少分、怎么评、谁来评。方案没有给的由镇里填，空的就是还没有填。"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from taiping.ground.actors import actors, said
from taiping.ground.area import figure
from taiping.ground.points import PointsField
from tasks.models.duties import Duty
from tasks.models.plans import Plan
from tasks.models.targets import Target
from villages.models import NaturalManager

NO_POINTS = Decimal("0.00")


class Rule(models.TextChoices):
    SECTION = "SECTION", "大项"
    PROPORTIONAL = "PROPORTIONAL", "按完成率"
    FULL_OR_NOTHING = "FULL_OR_NOTHING", "完成得满分"
    PENALTY = "PENALTY", "扣分"
    HAND = "HAND", "人工"


class Reached(models.TextChoices):
    """村里只为村里的步骤负责，所以不写的看村里上报的；镇里要等核实了才给分的，选镇级核实。"""

    REPORTED = "REPORTED", said("{村}里上报")
    CONFIRMED = "CONFIRMED", said("{镇}级核实")


class Counted(models.TextChoices):
    OVERDUE = "OVERDUE", said("{村}该办的逾期（个）")
    RETURNED = "RETURNED", "退回（次）"
    MISSED = "MISSED", "常态工作少做的"


def reached_words():
    """做到哪一步算；称呼照设置。"""
    return Reached.choices


def counted_words():
    """数什么；称呼照设置。"""
    return Counted.choices


# 按完成情况给分的：要写看哪项任务
BY_PROGRESS = (Rule.PROPORTIONAL, Rule.FULL_OR_NOTHING)


class ScoreItemManager(NaturalManager):
    natural_fields = ("plan__code", "code")


class ScoreItem(models.Model):
    """考核项：一个大项，或一项怎么得分。"""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="score_items", verbose_name="方案")
    code = models.SlugField("代码", max_length=30, help_text="英文小写，如 restore-rate。")
    name = models.CharField("名称", max_length=50)
    section = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        verbose_name="大项",
        help_text="归在哪个大项下面；大项自己、不分大项的留空。",
    )
    full = PointsField("满分", help_text="分；只扣不加的写 0。")
    rule = models.CharField("怎么评", max_length=20, choices=Rule, default=Rule.HAND)
    target = models.ForeignKey(
        Target,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="score_items",
        verbose_name="目标任务",
        help_text="按完成率、完成得满分的看哪项任务；扣分的可以只数这一项的，空就是全部任务。",
    )
    duty = models.ForeignKey(
        Duty,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="score_items",
        verbose_name="常态工作",
        help_text="按完成率、完成得满分的可以看一项各村做的常态工作；数少做的要写是哪一项。",
    )
    reached = models.CharField(
        "做到哪一步算",
        max_length=10,
        choices=reached_words,
        default=Reached.REPORTED,
        help_text="看上报：各村该做的做完了就算；看核实：核实通过才算。靠监测量的不分。",
    )
    counted = models.CharField(
        "数什么", max_length=10, choices=counted_words, blank=True, help_text="扣分的才填。"
    )
    each = models.PositiveSmallIntegerField(
        "每几个", null=True, blank=True, help_text="扣分的才填：每满几个（次）扣一回。"
    )
    off = PointsField("扣几分", null=True, blank=True, help_text="扣分的才填：一回扣几分。")
    floor = PointsField(
        "最低分", null=True, blank=True, help_text="空就是 0；百分以外的扣分项可以写负数，如 -5。"
    )
    ceiling = PointsField(
        "最高分", null=True, blank=True, help_text="空就是满分；超额完成还要加分的才写。"
    )
    outside = models.BooleanField("百分以外", default=False, help_text="加分项、扣分项。")
    assessor = models.CharField("由谁评", max_length=50, blank=True, help_text="如 规划建设办。")
    clause = models.CharField("依据", max_length=100, blank=True, help_text="考核办法的哪一条。")
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ScoreItemManager()

    class Meta:
        verbose_name = verbose_name_plural = "考核项"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"], name="score_item_code_is_unique_in_plan"
            ),
            models.CheckConstraint(
                condition=Q(full__gte=0),
                name="score_item_full_is_not_negative",
                violation_error_message="满分不能是负数；只扣不加的写 0，在最低分里写负数。",
            ),
            models.CheckConstraint(
                condition=~Q(rule="SECTION")
                | Q(section__isnull=True, target__isnull=True, duty__isnull=True),
                name="score_item_section_only_gathers",
                violation_error_message="大项只写名称和满分：不归在别的大项下面，也不看哪项任务、哪项常态工作。",
            ),
            models.CheckConstraint(
                condition=~Q(rule__in=["PROPORTIONAL", "FULL_OR_NOTHING"])
                | Q(target__isnull=False, duty__isnull=True)
                | Q(target__isnull=True, duty__isnull=False),
                name="score_item_by_progress_names_one_source",
                violation_error_message="按完成率、完成得满分的，要写看哪项任务，或哪项常态工作，只写一样。",
            ),
            models.CheckConstraint(
                condition=~Q(rule="HAND") | Q(target__isnull=True, duty__isnull=True),
                name="score_item_by_hand_names_no_source",
                violation_error_message="人工评的不看目标任务和常态工作：请留空，或换一种评法。",
            ),
            models.CheckConstraint(
                condition=~Q(rule="PENALTY")
                | Q(~Q(counted=""), each__gte=1, off__gt=0, each__isnull=False, off__isnull=False),
                name="score_item_penalty_says_how_much",
                violation_error_message="扣分的要写数什么、每几个、扣几分，如 退回、1、0.5。",
            ),
            models.CheckConstraint(
                condition=Q(rule="PENALTY") | Q(counted="", each__isnull=True, off__isnull=True),
                name="score_item_only_a_penalty_counts",
                violation_error_message="“数什么”“每几个”“扣几分”只有扣分的才填，请留空。",
            ),
            models.CheckConstraint(
                condition=~Q(counted="RETURNED") | Q(target__isnull=True),
                name="score_item_returns_are_of_every_target",
                violation_error_message="退回次数不分任务，请把“目标任务”留空。",
            ),
            models.CheckConstraint(
                condition=~Q(counted="MISSED") | Q(duty__isnull=False, target__isnull=True),
                name="score_item_missed_names_a_duty",
                violation_error_message="数少做的，要写是哪项常态工作，“目标任务”留空。",
            ),
            models.CheckConstraint(
                condition=~Q(counted__in=["OVERDUE", "RETURNED"]) | Q(duty__isnull=True),
                name="score_item_only_missed_counts_a_duty",
                violation_error_message="逾期、退回不看常态工作，请把“常态工作”留空。",
            ),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(floor__lte=F("full")),
                name="score_item_floor_is_not_above_full",
                violation_error_message="最低分不能高于满分。",
            ),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(ceiling__gte=F("full")),
                name="score_item_ceiling_is_not_below_full",
                violation_error_message="最高分不能低于满分。",
            ),
            models.CheckConstraint(
                condition=Q(outside=True) | Q(floor__isnull=True) | Q(floor__gte=0),
                name="score_item_below_nothing_only_outside",
                violation_error_message="百分以内的最低是 0 分；倒扣的请选“百分以外”。",
            ),
            models.CheckConstraint(
                condition=Q(rule="SECTION") | Q(full__gt=0) | Q(floor__lt=0, floor__isnull=False),
                name="score_item_can_score",
                violation_error_message="满分是 0 的扣分项，要写最低分，如 -5。",
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.plan.code, self.code)

    natural_key.dependencies = ["tasks.plan", "tasks.target", "tasks.duty"]

    def clean(self):
        errors = {}
        if self.section_id and (sentence := self._section_refused()):
            errors["section"] = sentence
        if self.target_id and self.target.plan_id != self.plan_id:
            errors["target"] = "目标任务要在同一份方案里。"
        elif self.target_id and self.counted and not self.target.by_patches:
            errors["target"] = nothing_overdue(self.target.name)
        if self.duty_id and self.duty.plan_id != self.plan_id:
            errors["duty"] = "常态工作要在同一份方案里。"
        elif self.duty_id and not self.duty.by_villages:
            errors["duty"] = done_by_town(self.duty.name)
        if self.pk and self.rule != Rule.SECTION and self.items.exists():
            errors["rule"] = "下面还有考核项，只能是大项。"
        errors |= self._scored_already()
        if errors:
            raise ValidationError(errors)

    def _section_refused(self):
        if self.section_id == self.pk:
            return "不能归在自己下面。"
        if self.section.plan_id != self.plan_id:
            return "大项要在同一份方案里。"
        return "" if self.section.is_section else not_a_section(self.section.name)

    def _scored_already(self):
        """评过分的，不能换方案：分是那一份的。"""
        stored = self.pk and ScoreItem.objects.filter(pk=self.pk).first()
        if stored and stored.plan_id != self.plan_id and stored.scores.exists():
            return {"plan": f"“{stored.name}”已经评过分，不能换方案。另添一项。"}
        return {}

    @property
    def is_section(self) -> bool:
        return self.rule == Rule.SECTION

    @property
    def by_hand(self) -> bool:
        return self.rule == Rule.HAND

    @property
    def least(self) -> Decimal:
        return NO_POINTS if self.floor is None else self.floor

    @property
    def most(self) -> Decimal:
        return self.full if self.ceiling is None else self.ceiling

    @property
    def source_name(self) -> str:
        """看哪项任务、哪项常态工作；都不看是空。"""
        source = self.target if self.target_id else self.duty
        return source.name if source else ""

    @property
    def words(self) -> str:
        """怎么评，一句话：“自然撂荒地整治按完成率，看村里上报”“退回每 2 次扣 0.50 分”。"""
        said = str(Rule(self.rule).label)
        if self.rule == Rule.PENALTY:
            of, (what, unit) = self.source_name, COUNTED_WORDS[self.counted]
            unit = unit or self.duty.unit
            said = f"{of}{what}每满 {self.each} {unit}扣 {figure(self.off)} 分"
        elif self.rule in BY_PROGRESS:
            said = f"{self.source_name}{said}"
            if self.target_id and self.target.by_patches:
                said += f"，看{self.get_reached_display()}"
        if self.floor is not None:
            said += f"，最低 {figure(self.floor)} 分"
        if self.ceiling is not None:
            said += f"，最高 {figure(self.ceiling)} 分"
        return said


COUNTED_WORDS = {
    "OVERDUE": (said("{村}该办的逾期"), "个"),
    "RETURNED": ("退回", "次"),
    "MISSED": ("少做的", ""),  # 单位是那项常态工作的
}


def not_a_section(name: str) -> str:
    return f"“{name}”不是大项，不能归在它下面。请把它的“怎么评”改成大项，或换一个。"


def nothing_overdue(name: str) -> str:
    return f"“{name}”靠监测量，没有图斑，数不出逾期几个。请换靠图斑量的任务，或留空。"


def done_by_town(name: str) -> str:
    return f"“{name}”由{actors.town}里做，不能拿来评村。请换由{actors.village}里做的，或留空。"
