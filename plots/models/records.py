"""图斑与整改：哪块地、整改到哪一步、谁在哪天报的、凭什么。"""

from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from plots.models.choices import Kind
from plots.models.deadlines import BACKFILL_DAYS, due_of, local_date
from plots.models.patches import Patch
from plots.models.querysets import RecordQuerySet
from taiping.ground import dates
from taiping.ground.area import MuField
from tasks.models import Milestone
from villages.models import User, Village


class RectificationRecord(models.Model):
    """整改记录：谁在哪天对图斑做了什么。只增不改；被撤回的只补上撤回的日期、时间和人。"""

    patch = models.ForeignKey(Patch, models.PROTECT, related_name="records", verbose_name="图斑")
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", verbose_name="村")
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, related_name="+", db_index=False, verbose_name="时间节点"
    )
    kind = models.CharField("类型", max_length=10, choices=Kind)
    done_on = models.DateField("完成日期")
    created_at = models.DateTimeField("录入时间", default=dates.now)
    # 手机上按下“上报”的时刻，照手机自己的钟；没有信号时比录入时间早得多。只作参考，截止日期和录入口径都不看它
    made_at = models.DateTimeField("手机上填好的时间", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    area_mu = MuField("面积（亩）", default=0, validators=[MinValueValidator(0)])
    completes = models.BooleanField("这一步完成", default=False)
    # 反弹另定的截止日期；反弹以后的上报、核实也带着，是不是逾期看它
    due_on = models.DateField("图斑自己的截止日期", null=True, blank=True)
    note = models.TextField("说明", blank=True)
    reasons = models.JSONField("理由", default=list, blank=True)
    external_ref = models.CharField("上传编号", max_length=100, blank=True)
    details = models.JSONField("明细", default=dict, blank=True)
    copy_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="转记自",
    )
    client_key = models.UUIDField("提交标识", null=True, blank=True, unique=True)
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回录入时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改记录"
        ordering = ["done_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    withdrawn_on__isnull=True, withdrawn_at__isnull=True, withdrawn_by__isnull=True
                )
                | Q(
                    withdrawn_on__isnull=False,
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                ),
                name="record_withdrawal_is_whole",
                violation_error_message="撤回的日期、时间和人要么都有，要么都没有。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("done_on")),
                name="record_is_not_withdrawn_before_done",
                violation_error_message="撤回日期不能早于完成日期。",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["RETURN", "DEFER", "REMOVE", "RELAPSE"])
                | ~Q(note="")
                | ~Q(reasons=[]),
                name="record_return_and_defer_have_a_reason",
                violation_error_message="退回、暂缓、移出台账、反弹要写明理由。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="RELAPSE") | Q(due_on__isnull=False),
                name="record_relapse_has_a_due_date",
                violation_error_message="反弹要另定截止日期。",
            ),
            models.CheckConstraint(
                condition=Q(area_mu__gte=0),
                name="record_area_is_not_negative",
                violation_error_message="面积不能是负数。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="record_kind_is_known",
                violation_error_message="没有这种记录。",
            ),
            models.UniqueConstraint(
                fields=["patch", "milestone"],
                condition=Q(completes=True, withdrawn_at__isnull=True),
                name="record_completes_a_step_once",
                violation_error_message="这一步已经有一条没有撤回的完成记录。",
            ),
        ]
        indexes = [
            # 进度的分组求和只读这一个索引就够，两种数据库、两种口径都一样。
            models.Index(
                fields=[
                    "milestone",
                    "village",
                    "kind",
                    "done_on",
                    "withdrawn_on",
                    "area_mu",
                    "completes",
                    "copy_of",
                    "due_on",
                    "created_at",
                    "withdrawn_at",
                ],
                name="record_for_progress",
            ),
            # 曲线按天累加、挑核减暂缓和退回，也只读一个索引。
            models.Index(
                fields=[
                    "milestone",
                    "kind",
                    "done_on",
                    "withdrawn_on",
                    "area_mu",
                    "completes",
                    "village",
                    "created_at",
                    "withdrawn_at",
                ],
                name="record_for_curve",
            ),
            # 退回、核查无问题、暂缓、更正、反弹很少，撤回的也很少：各有一个小索引，不用在几十万条上报里找。
            models.Index(
                fields=[
                    "milestone",
                    "kind",
                    "village",
                    "done_on",
                    "withdrawn_on",
                    "area_mu",
                    "patch",
                ],
                condition=Q(kind__in=["RETURN", "EXEMPT", "DEFER", "AMEND", "RELAPSE"]),
                name="record_of_the_rare",
            ),
            models.Index(
                fields=[
                    "milestone",
                    "kind",
                    "withdrawn_on",
                    "done_on",
                    "area_mu",
                    "completes",
                    "village",
                ],
                condition=Q(withdrawn_on__isnull=False),
                name="record_taken_back",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.done_on}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def is_added_with_plan(self) -> bool:
        """方案后来才添的一步，给已经做过后面步骤的图斑补的：不是谁报上来的。"""
        return "added_with_plan" in self.details

    @property
    def step_text(self) -> str:
        """照片旁边写的：是哪一步的，或是发现时的。"""
        return "发现时" if self.kind == Kind.FOUND else self.milestone.name

    @property
    def late_days(self) -> int:
        """上报或核实通过比这一步的截止晚了几天；按期的、别的记录是 0。"""
        if self.kind not in (Kind.REPORT, Kind.PASS):
            return 0
        return max(0, (self.done_on - due_of(self.milestone, self.due_on)).days)

    @property
    def is_late(self) -> bool:
        """逾期完成。"""
        return self.late_days > 0

    @property
    def is_backfilled(self) -> bool:
        """补录：录入比完成晚了七天以上。"""
        return (local_date(self.entered_at) - self.done_on).days > BACKFILL_DAYS

    @property
    def entered_at(self) -> datetime:
        """当初录入的时刻：更正后转记的，是原记录的录入时刻。"""
        original = self.details.get("entered_at")
        return datetime.fromisoformat(original) if original else self.created_at
