"""目标任务、时间节点。"""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from taiping.ground.actors import said
from taiping.ground.area import MuField, spoken
from tasks.models.groups import WorkingGroup
from tasks.models.in_use import plan_user
from tasks.models.nesting import compared_sums, nesting_problem
from tasks.models.plans import Plan
from tasks.models.structure import (
    ALL_KINDS_OF_COUNT,
    Problem,
    deadline_problem,
    fixed_measure,
    fixed_plan,
    fixed_target,
    place_problems,
    step_problems,
)
from villages.models import NaturalManager


class TargetManager(NaturalManager):
    natural_fields = ("plan__code", "code")


class Target(models.Model):
    """目标任务：方案里的一个数（或一个方向），由图斑或监测来量。

    有上级的是“其中”（粮食播种面积，其中：早稻）：它已经在上级的数里，所以
    - 各量各的：上级、其中各看自己的图斑、自己的监测数，谁也不由谁加出来；一块图斑只记在一项任务下。
    - 不加两遍：任务数、监测数不在任务之间相加；说“几项任务”、几项逾期，一项和它的各级“其中”算一项，
      有一个逾期就是逾期。图斑的个数、面积各项相加，因为一块只记一次。考核、奖补写的是哪一项就只看哪一项。
    - 加起来多过上级的，导入、后台、录监测数时提醒，不拦（tasks.models.nesting）。
    """

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
    parent = models.ForeignKey(
        "self",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name="上级任务",
        help_text="是另一项任务的一部分（其中）的，写那一项；不是就留空。",
    )
    clause = models.CharField("方案条款", max_length=100, blank=True)
    wording = models.CharField("方案原文", max_length=300, blank=True)
    villages_may_add = models.BooleanField("村可自行添加图斑", default=False)
    villages_may_enter = models.BooleanField(
        "村可自行录入监测",
        default=False,
        help_text="只用于靠监测量的任务：各村录自己的数。",
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = TargetManager()

    class Meta:
        verbose_name = verbose_name_plural = "目标任务"
        ordering = ["plan", "order", "pk"]
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
            models.CheckConstraint(
                condition=Q(villages_may_enter=False) | Q(measured_by="READINGS"),
                name="target_villages_enter_only_readings",
                violation_error_message="靠图斑量的任务没有监测可录，请把“村可自行录入监测”改成否。",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="target_is_not_its_own_parent",
                violation_error_message="上级任务不能是它自己。",
            ),
        ]

    depth = 0  # 列在一张单子里时第几层、最上面的是哪一项，由 nested 放好
    root = None

    def __str__(self):
        return self.name

    @property
    def part_name(self):
        """列在上级下面时写“其中：早稻”；名称里已经写了“其中”的照写。"""
        return self.name if not self.depth or self.name.startswith("其中") else f"其中：{self.name}"

    @property
    def indent(self):
        """前面空几格：一层一格。"""
        return "　" * self.depth

    @property
    def listed_name(self):
        return self.indent + self.part_name

    def natural_key(self):
        return (self.plan.code, self.code)

    natural_key.dependencies = ["tasks.plan"]

    def clean(self):
        if self.group_id and self.plan_id and self.group.plan_id != self.plan_id:
            raise ValidationError({"group": "责任工作组要在同一年度方案里。"})
        if sentence := self.count_refused():
            raise ValidationError({"quota_count": sentence})
        self._check_parent()
        self._check_nothing_fixed_changes()

    def _check_parent(self):
        """上级在同一份方案里，不绕圈，不太深。没有上级、上级没有换的不去查。"""
        if self.parent_id is None or not self.plan_id:
            return
        if self.parent.plan_id != self.plan_id:
            raise ValidationError({"parent": "上级任务要在同一份方案里。"})
        others = Target.objects.filter(plan=self.plan_id).exclude(pk=self.pk)
        rows = list(others.values_list("pk", "parent", "name"))
        own = self.pk or 0  # 还没有存的是 0
        names = {pk: name for pk, _, name in rows} | {own: self.name}
        parents = {pk: parent for pk, parent, _ in rows} | {own: self.parent_id}
        if sentence := nesting_problem(own, parents, names.get, with_parts=True):
            raise ValidationError({"parent": sentence})

    def doubtful_sums(self) -> list[str]:
        """自己的各项“其中”、上级的各项“其中”加起来和任务数不一样的，一句话一条；只提醒。"""
        found = []
        for whole in filter(None, (self.parent, self)):
            found += [sentence for _, sentence in compared_sums(whole, whole.parts.all())]
        return found

    def count_refused(self) -> str:
        """靠监测量的只看数值，填了个数就永远完不成；没有填错是空文字。"""
        by_readings = self.measured_by == self.MeasuredBy.READINGS
        return ALL_KINDS_OF_COUNT if by_readings and self.quota_count is not None else ""

    def _check_nothing_fixed_changes(self):
        """有了图斑或监测数，所属方案和“靠什么量”不能再改。没有改这两格就不去查。"""
        stored = self.pk and Target.objects.filter(pk=self.pk).first()
        if not stored:
            return
        fixed = {}
        if self.plan_id != stored.plan_id:
            fixed["plan"] = fixed_plan(stored.name, **stored.uses())
        if self.measured_by != stored.measured_by:
            fixed["measured_by"] = fixed_measure(stored.name, **stored.uses())
        errors = {field: sentence for field, sentence in fixed.items() if sentence}
        if errors:
            raise ValidationError(errors)

    def uses(self) -> dict[str, bool]:
        """已经有图斑、有监测数没有。"""
        return {
            "patches": bool(plan_user().targets_with_patches([self.pk])),
            "readings": self.readings.exists(),
        }

    def structure_problems(
        self, stored: "list[Milestone]", steps: "list[Milestone]"
    ) -> list[Problem]:
        """时间节点由 stored（库里的全部）改成 steps，合在一起哪里不行。原有的步骤换了先后才去查记录。"""
        problems = step_problems(steps)
        if place_problems(stored, steps, {step.pk for step in stored}):
            problems += place_problems(stored, steps, plan_user().steps_with_records([self.pk]))
        for step in steps:
            problem = deadline_problem(step, self.plan.starts_on, self.plan.ends_on)
            problems += [problem] if problem else []
        return problems

    @property
    def by_patches(self):
        return self.measured_by == self.MeasuredBy.PATCHES

    @property
    def is_floor(self):
        return self.kind == self.Kind.FLOOR

    @property
    def is_list(self):
        """清单：一个一个数的任务，图斑都做完就是完成。"""
        return self.kind == self.Kind.CASES or self.quota_count is not None

    @property
    def quota_text(self):
        """任务数的一句话：“不低于 32,202 亩”“24 个、99.30 亩”；两样都没有是“方案未定数”。"""
        parts = [f"{self.quota_count} 个"] if self.quota_count is not None else []
        if self.quota is not None:
            parts.append(f"{spoken(self.quota, self.decimals)} {self.unit}")
        text = "、".join(parts) or "方案未定数"
        return f"不低于 {text}" if self.is_floor and parts else text


class MilestoneManager(NaturalManager):
    natural_fields = ("target__plan__code", "target__code", "code")


def step_actors():
    """由谁做：称呼照设置，换了也不用改表。"""
    return Milestone.Actor.choices


class Milestone(models.Model):
    """时间节点：一项任务的一步，谁做、什么时候截止、要什么材料。"""

    class Actor(models.TextChoices):
        VILLAGE = "VILLAGE", said("{村}")
        TOWN = "TOWN", said("{镇}")
        DISTRICT = "DISTRICT", said("{区}")

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
    actor = models.CharField("由谁做", max_length=10, choices=step_actors, default=Actor.VILLAGE)
    min_photos = models.PositiveSmallIntegerField("至少几张照片", default=0)
    needs_external_ref = models.BooleanField(
        "要填上传编号", default=False, help_text="叫什么写在方案里，见“上传编号的叫法”。"
    )
    quota = MuField(
        "任务数",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="到这一步要完成的数，如一季度要到多少；留空就是整项任务的任务数。",
    )
    quota_count = models.PositiveIntegerField(
        "任务个数", null=True, blank=True, help_text="个；留空就是整项任务的任务个数。"
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
            models.CheckConstraint(
                condition=Q(quota__isnull=True) | Q(quota__gte=0),
                name="milestone_quota_is_not_negative",
                violation_error_message="任务数不能是负数。",
            ),
        ]

    def __str__(self):
        return f"{self.target.name} · {self.name}"

    is_one_of_many = False  # 几行在一张表里一起改的：由那张表合在一起看，不拿库里的旧行来比

    def natural_key(self):
        return (*self.target.natural_key(), self.code)

    natural_key.dependencies = ["tasks.target"]

    def clean(self):
        if self.target_id is None or self.order is None:
            return
        self._check_target_is_kept()
        if self.is_one_of_many:
            return
        stored = list(self.target.milestones.all())
        others = [step for step in stored if step.pk != self.pk]
        errors = {}
        if self.quota_count is not None and not self.target.by_patches:
            errors["quota_count"] = [ALL_KINDS_OF_COUNT]
        for problem in self.target.structure_problems(stored, [*others, self]):
            field = problem.field if problem.step is self else NON_FIELD_ERRORS
            errors.setdefault(field, []).append(problem.sentence)
        if errors:
            raise ValidationError(errors)

    def _check_target_is_kept(self):
        """任务有了图斑，步骤不能换到别的任务。"""
        before = self.pk and Target.objects.filter(milestones=self.pk).first()
        if before and before.pk != self.target_id and before.uses()["patches"]:
            raise ValidationError({"target": fixed_target(self.name, before.name)})
