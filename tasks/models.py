"""年度方案：目标任务、时间节点、工作组、任务分解、保有量监测。步骤和数都是数据，不是代码。"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from taiping.ground.area import MuField, plain
from tasks.plan_file import PlanFile
from villages.models import Cadre, NaturalManager, Village

__all__ = [
    "Allocation",
    "Membership",
    "Milestone",
    "Plan",
    "PlanFile",
    "Reading",
    "Target",
    "WorkingGroup",
    "in_force",
]


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


class WorkingGroupManager(NaturalManager):
    natural_fields = ("plan__year", "name")


class WorkingGroup(models.Model):
    """工作组：专班和它下面的各组；没有上级的就是专班。"""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="groups", verbose_name="方案")
    parent = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="subgroups",
        verbose_name="上级（专班）",
    )
    name = models.CharField("名称", max_length=100)
    duties = models.TextField("工作职责", blank=True)
    office = models.CharField("办公室设在", max_length=50, blank=True)
    clause = models.CharField("方案条款", max_length=50, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = WorkingGroupManager()

    class Meta:
        verbose_name = verbose_name_plural = "工作组"
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="group_name_is_unique_in_plan"),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="group_is_not_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.plan.year, self.name)

    natural_key.dependencies = ["tasks.plan"]

    def clean(self):
        if self.parent_id and self.plan_id and self.parent.plan_id != self.plan_id:
            raise ValidationError({"parent": "上级工作组要在同一年度方案里。"})


class MembershipManager(models.Manager):
    def get_by_natural_key(self, year, group, position, name, cadre_post, post):
        return self.get(
            group__plan__year=year,
            group__name=group,
            position=position,
            post=post,
            **({"cadre__name": name, "cadre__post": cadre_post} if name else {"cadre": None}),
        )


class Membership(models.Model):
    """组内职务：一名干部，或一个职务（如“各村支部书记”）。"""

    class Position(models.TextChoices):
        LEADER = "LEADER", "组长"
        DEPUTY = "DEPUTY", "副组长"
        OFFICE_HEAD = "OFFICE_HEAD", "办公室主任"
        MEMBER = "MEMBER", "成员"

    group = models.ForeignKey(
        WorkingGroup, models.CASCADE, related_name="memberships", verbose_name="工作组"
    )
    position = models.CharField("组内职务", max_length=12, choices=Position)
    cadre = models.ForeignKey(
        Cadre,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name="干部",
    )
    post = models.CharField(
        "集体成员", max_length=100, blank=True, help_text="不点名的成员，如“各村支部书记”。"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = MembershipManager()

    class Meta:
        verbose_name = verbose_name_plural = "工作组成员"
        ordering = ["group", "order"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cadre__isnull=False, post="") | Q(cadre__isnull=True) & ~Q(post=""),
                name="member_is_a_cadre_or_a_post",
                violation_error_message="干部和集体成员二选一，只填一个。",
            ),
            models.UniqueConstraint(
                fields=["group", "position", "cadre"],
                condition=Q(cadre__isnull=False),
                name="member_is_listed_once",
            ),
            models.UniqueConstraint(
                fields=["group", "position", "post"],
                condition=~Q(post=""),
                name="post_is_listed_once",
            ),
        ]

    def __str__(self):
        return f"{self.get_position_display()} {self.who}"

    @property
    def who(self):
        return self.cadre.name if self.cadre_id else self.post

    def natural_key(self):
        person = self.cadre.natural_key() if self.cadre_id else ("", "")
        return (*self.group.natural_key(), self.position, *person, self.post)

    natural_key.dependencies = ["tasks.workinggroup", "villages.cadre"]


class TargetManager(NaturalManager):
    natural_fields = ("plan__year", "code")


class Target(models.Model):
    """目标任务：方案里的一个数（或一个方向），由图斑或监测来量。"""

    class Kind(models.TextChoices):
        FLOOR = "FLOOR", "底线"
        WORKLOAD = "WORKLOAD", "工作量"
        CASES = "CASES", "问题清单"

    class MeasuredBy(models.TextChoices):
        PATCHES = "PATCHES", "图斑"
        READINGS = "READINGS", "监测"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="targets", verbose_name="方案")
    code = models.SlugField(
        "代码", max_length=30, help_text="英文小写，如 abandoned；导入图斑时用它。"
    )
    name = models.CharField("名称", max_length=50)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    measured_by = models.CharField("靠什么量", max_length=10, choices=MeasuredBy)
    unit = models.CharField("单位", max_length=10, default="亩")
    decimals = models.PositiveSmallIntegerField("显示小数位", default=2)
    quota = MuField(
        "任务数",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="按本任务的单位；方案没定数就留空。",
    )
    quota_count = models.PositiveIntegerField(
        "任务个数", null=True, blank=True, help_text="个；没有就留空。"
    )
    group = models.ForeignKey(
        WorkingGroup,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name="责任工作组",
    )
    clause = models.CharField("方案条款", max_length=100, blank=True)
    wording = models.CharField("方案原文", max_length=300, blank=True)
    villages_may_add = models.BooleanField("村可自行添加图斑", default=False)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = TargetManager()

    class Meta:
        verbose_name = verbose_name_plural = "目标任务"
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="target_code_is_unique_in_plan"),
            models.CheckConstraint(
                condition=Q(quota__isnull=True) | Q(quota__gte=0),
                name="target_quota_is_not_negative",
                violation_error_message="任务数不能是负数。",
            ),
            models.CheckConstraint(
                condition=~Q(measured_by="PATCHES") | Q(unit="亩"),
                name="target_measured_by_patches_is_in_mu",
                violation_error_message="靠图斑量的任务，单位只能是“亩”。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="FLOOR") | Q(measured_by="READINGS"),
                name="target_floor_is_measured_by_readings",
                violation_error_message="底线任务靠监测量，请把“靠什么量”改成“监测”。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="CASES") | Q(measured_by="PATCHES"),
                name="target_cases_are_measured_by_patches",
                violation_error_message="问题清单按图斑逐个销号，请把“靠什么量”改成“图斑”。",
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=6),
                name="target_decimals_are_at_most_six",
                violation_error_message="显示小数位最多 6 位。",
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.plan.year, self.code)

    natural_key.dependencies = ["tasks.plan"]

    def clean(self):
        if self.group_id and self.plan_id and self.group.plan_id != self.plan_id:
            raise ValidationError({"group": "责任工作组要在同一年度方案里。"})

    @property
    def by_patches(self):
        return self.measured_by == self.MeasuredBy.PATCHES

    @property
    def is_floor(self):
        return self.kind == self.Kind.FLOOR

    @property
    def quota_text(self):
        """任务数的一句话：“不低于 32202 亩”“24 个、99.3 亩”；两样都没有是“方案未定数”。"""
        parts = [f"{self.quota_count} 个"] if self.quota_count is not None else []
        if self.quota is not None:
            parts.append(f"{plain(self.quota)} {self.unit}")
        text = "、".join(parts) or "方案未定数"
        return f"不低于 {text}" if self.is_floor and parts else text


class MilestoneManager(NaturalManager):
    natural_fields = ("target__plan__year", "target__code", "code")


class Milestone(models.Model):
    """时间节点：一项任务的一步，谁做、什么时候截止、要什么材料。"""

    class Actor(models.TextChoices):
        VILLAGE = "VILLAGE", "村"
        TOWN = "TOWN", "镇"
        DISTRICT = "DISTRICT", "区"

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="milestones", verbose_name="目标任务"
    )
    order = models.PositiveSmallIntegerField("顺序")
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=30)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    due_on = models.DateField(
        "截止日期", null=True, blank=True, help_text="方案没定就留空，按方案结束日期判断。"
    )
    wording = models.CharField("方案原文", max_length=200, blank=True)
    actor = models.CharField("由谁做", max_length=10, choices=Actor, default=Actor.VILLAGE)
    min_photos = models.PositiveSmallIntegerField("至少几张照片", default=0)
    needs_external_ref = models.BooleanField(
        "要填上传编号", default=False, help_text="如国土调查云的上传编号。"
    )

    objects = MilestoneManager()

    class Meta:
        verbose_name = verbose_name_plural = "时间节点"
        ordering = ["target", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "code"], name="milestone_code_is_unique_in_target"
            ),
            models.UniqueConstraint(
                fields=["target", "order"], name="milestone_order_is_unique_in_target"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(due_on__isnull=True)
                | Q(due_on__gte=F("starts_on")),
                name="milestone_is_due_after_it_starts",
                violation_error_message="截止日期不能早于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.target.name} · {self.name}"

    def natural_key(self):
        return (*self.target.natural_key(), self.code)

    natural_key.dependencies = ["tasks.target"]


class AllocationManager(NaturalManager):
    natural_fields = ("target__plan__year", "target__code", "village__name")


class Allocation(models.Model):
    """任务分解：一项任务落到一个村的数；空就是未分解，不是 0。"""

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
        help_text="空就是未分解。",
    )
    quota_count = models.PositiveIntegerField("任务个数", null=True, blank=True)

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
        ]

    def __str__(self):
        return f"{self.target.name} · {self.village.name}"

    def natural_key(self):
        return (*self.target.natural_key(), self.village.name)

    natural_key.dependencies = ["tasks.target", "villages.village"]


class ReadingQuerySet(models.QuerySet):
    def known(self, as_of, basis="done"):
        """某日已有的监测数；basis="recorded" 时看的是那天系统里已经录入的。"""
        if basis == "recorded":
            return self.filter(created_at__date__lte=as_of)
        return self.filter(on__lte=as_of)


class ReadingManager(models.Manager.from_queryset(ReadingQuerySet)):
    def get_by_natural_key(self, year, code, village, on, created_at):
        where = {"village__name": village} if village else {"village": None}
        return self.get(
            target__plan__year=year, target__code=code, on=on, created_at=created_at, **where
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
