"""奖补：标准（哪项任务做到哪一步，每亩、每个多少元）、到位资金、拨付。钱只增不改，录错了的撤回，撤回的也留着。"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from taiping.ground import dates
from taiping.ground.area import MuField
from taiping.ground.money import YuanField, yuan
from tasks.models.plans import Plan
from tasks.models.targets import Milestone, Target
from tasks.models.withdrawing import (
    Withdrawable,
    WithdrawableQuerySet,
    whole_withdrawal,
    withdrawn_not_before,
)
from villages.models import NaturalManager, User, Village, sees_every_village


class SubsidyManager(NaturalManager):
    natural_fields = ("plan__code", "code")


class Subsidy(models.Model):
    """奖补标准：一项任务做到一步，每亩或每个奖补多少元。文件没说的空着，空着就是还没有填，不是 0。"""

    class Per(models.TextChoices):
        MU = "MU", "亩"
        PATCH = "PATCH", "个"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="subsidies", verbose_name="方案")
    code = models.SlugField("代码", max_length=30, help_text="英文小写，同一方案里不重复。")
    name = models.CharField("名称", max_length=50)
    target = models.ForeignKey(
        Target,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="subsidies",
        verbose_name="目标任务",
        help_text="做哪项任务得奖补；文件没有写明就空着。",
    )
    milestone = models.ForeignKey(
        Milestone,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="subsidies",
        verbose_name="做到哪一步",
        help_text="这一步完成了才得，要是同一项任务的，一般是最后的核实。",
    )
    per = models.CharField("按什么算", max_length=10, choices=Per, blank=True)
    rate = YuanField(
        "标准（元）", null=True, blank=True, help_text="每亩或每个多少元；空就是还没有填。"
    )
    ceiling = YuanField(
        "每村最多（元）",
        null=True,
        blank=True,
        help_text="一个村在这一条里最多得多少；空就是不封顶。",
    )
    basis = models.CharField("依据文件", max_length=100, help_text="如 某委办〔2024〕36号。")
    clause = models.CharField("方案条款", max_length=100, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = SubsidyManager()

    class Meta:
        verbose_name = verbose_name_plural = "奖补标准"
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="subsidy_code_is_unique_in_plan"),
            models.CheckConstraint(
                condition=Q(rate__isnull=True) | Q(rate__gt=0),
                name="subsidy_rate_is_more_than_nothing",
                violation_error_message="标准要大于 0 元；还不知道就空着。",
            ),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(ceiling__gt=0),
                name="subsidy_ceiling_is_more_than_nothing",
                violation_error_message="每村最多要大于 0 元；不封顶就空着。",
            ),
            models.CheckConstraint(
                condition=Q(rate__isnull=True)
                | Q(target__isnull=False, milestone__isnull=False) & ~Q(per=""),
                name="subsidy_with_a_rate_says_what_earns_it",
                violation_error_message="填了标准，就要写明目标任务、做到哪一步、按亩还是按个。",
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.plan.code, self.code)

    natural_key.dependencies = ["tasks.plan"]

    def clean(self):
        errors = {}
        if self.target_id and self.plan_id and self.target.plan_id != self.plan_id:
            errors["target"] = "目标任务要在同一份方案里。"
        elif self.target_id and not self.target.by_patches:
            errors["target"] = not_by_patches(self.target.name)
        if self.milestone_id and self.milestone.target_id != self.target_id:
            errors["milestone"] = "这一步不是这项任务的，请换一步，或换目标任务。"
        if errors:
            raise ValidationError(errors)
        self._check_nothing_paid_changes()

    def _check_nothing_paid_changes(self):
        """拨付过的，哪份方案、哪项任务不能再改：付的就是那一项的。"""
        stored = self.pk and Subsidy.objects.filter(pk=self.pk).first()
        if not stored or not stored.payments.exists():
            return
        for name in ("plan", "target"):
            if getattr(stored, f"{name}_id") != getattr(self, f"{name}_id"):
                raise ValidationError({name: paid_already(stored.name)})

    @property
    def is_filled(self) -> bool:
        return self.rate is not None

    @property
    def rate_words(self) -> str:
        """“每亩 100.00 元，每村最多 5,000.00 元”；没有填的是“还没有填标准”。"""
        if not self.is_filled:
            return "还没有填标准"
        words = f"每{self.get_per_display()} {yuan(self.rate)} 元"
        return words if self.ceiling is None else f"{words}，每村最多 {yuan(self.ceiling)} 元"

    @property
    def earned_by(self) -> str:
        """“自然撂荒地整治 · 镇级核实”；文件没有写明的照实说。"""
        if self.milestone_id:
            return f"{self.target.name} · {self.milestone.name}"
        return self.target.name if self.target_id else "还没有写明哪项任务"


def not_by_patches(name: str) -> str:
    return f"“{name}”不靠图斑量，算不出各村完成了多少，不能按它算奖补。"


def paid_already(name: str) -> str:
    return f"“{name}”已经拨付过，不能换方案、换目标任务。另添一条奖补标准。"


class ReceiptQuerySet(WithdrawableQuerySet):
    def visible_to(self, user: User) -> "ReceiptQuerySet":
        """到位资金是镇里的，村支部书记看不到。"""
        return self if sees_every_village(user) else self.none()


class PaymentQuerySet(WithdrawableQuerySet):
    def visible_to(self, user: User) -> "PaymentQuerySet":
        """村支部书记看给自己村的，其他角色看全部。"""
        if sees_every_village(user):
            return self
        return self.filter(village__in=Village.objects.visible_to(user))


class Money(Withdrawable):
    """一笔钱：只增不改。撤回日期就是这笔钱的日期，任何一天都当没有过；按录入日期看，撤回以前还是当时的样子。"""

    on = models.DateField("日期")
    amount = YuanField("金额（元）")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="录入人",
    )
    created_at = models.DateTimeField("录入时间", default=dates.now)
    client_key = models.UUIDField("提交标识", null=True, unique=True, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="%(class)s_is_more_than_nothing",
                violation_error_message="金额要大于 0 元。",
            ),
            whole_withdrawal("%(class)s_withdrawal_is_whole"),
            withdrawn_not_before("%(class)s_is_not_withdrawn_before_its_day", "on", "这笔钱的日期"),
        ]

    def take_back(self, by: User, reason: str) -> None:
        """撤回：记录还在，只补上撤回的日期、时间、人和理由。"""
        self.withdrawn_on, self.withdrawn_at = self.on, dates.now()
        self.withdrawn_by, self.withdrawal_reason = by, reason
        names = ["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"]
        self.save(update_fields=names)


class SubsidyReceipt(Money):
    """到位资金：区里、镇里拨到的一笔钱。"""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="subsidy_receipts", verbose_name="方案"
    )
    document = models.CharField("文号", max_length=100, help_text="下达这笔钱的文件。")
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta(Money.Meta):
        verbose_name = verbose_name_plural = "到位资金"
        ordering = ["plan", "-on", "-created_at", "-pk"]

    def __str__(self):
        return f"{self.document} {self.on} {yuan(self.amount)}元"


class SubsidyPayment(Money):
    """拨付：给一个村的一笔奖补。"""

    subsidy = models.ForeignKey(
        Subsidy, models.PROTECT, related_name="payments", verbose_name="奖补标准"
    )
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="subsidy_payments", verbose_name="村"
    )
    voucher = models.CharField("凭证号", max_length=50)
    purpose = models.CharField("用途", max_length=200, help_text="这笔钱付的是什么。")
    area_mu = MuField("其中付的面积（亩）", null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta(Money.Meta):
        verbose_name = verbose_name_plural = "拨付"
        ordering = ["subsidy", "-on", "-created_at", "-pk"]
        constraints = [
            *Money.Meta.constraints,
            models.CheckConstraint(
                condition=Q(area_mu__isnull=True) | Q(area_mu__gt=0),
                name="subsidypayment_area_is_more_than_nothing",
                violation_error_message="面积要大于 0 亩；不按面积付就空着。",
            ),
        ]

    def __str__(self):
        return f"{self.village.name} {self.on} {yuan(self.amount)}元（凭证{self.voucher}）"
