"""工作组和成员。"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from tasks.models.plans import Plan
from villages.models import Cadre, NaturalManager


class WorkingGroupManager(NaturalManager):
    natural_fields = ("plan__code", "name")


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
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "name"], name="group_name_is_unique_in_plan"),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="group_is_not_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.plan.code, self.name)

    natural_key.dependencies = ["tasks.plan"]

    def clean(self):
        if self.parent_id and self.plan_id and self.parent.plan_id != self.plan_id:
            raise ValidationError({"parent": "上级工作组要在同一年度方案里。"})


class MembershipManager(models.Manager):
    def get_by_natural_key(self, plan, group, position, name, cadre_post, post):
        return self.get(
            group__plan__code=plan,
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
        ordering = ["group", "order", "pk"]
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
