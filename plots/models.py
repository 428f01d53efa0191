"""图斑与整改：哪块地、整改到哪一步、谁在哪天报的、凭什么。"""

from datetime import datetime

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from plots.aliases import ColumnAlias
from plots.deadlines import BACKFILL_DAYS, due_of, local_date
from plots.evidence_model import Evidence
from plots.geo.models import GeometryCheck, PatchShape
from plots.querysets import PatchQuerySet, RecordQuerySet
from taiping.ground.area import MuField
from tasks.models import Milestone, Target
from villages.models import Village

__all__ = [
    "Batch",
    "ColumnAlias",
    "Evidence",
    "GeometryCheck",
    "Kind",
    "Patch",
    "PatchShape",
    "Reason",
    "RectificationRecord",
    "Remedy",
    "Status",
]
USER = settings.AUTH_USER_MODEL


class Status(models.TextChoices):
    PENDING = "PENDING", "待整治"
    UNDERWAY = "UNDERWAY", "整治中"
    RETURNED = "RETURNED", "已退回"
    AWAITING = "AWAITING", "待核实"
    CLOSED = "CLOSED", "已销号"
    EXEMPT = "EXEMPT", "核查无问题"
    DEFERRED = "DEFERRED", "暂缓"


class Kind(models.TextChoices):
    REPORT = "REPORT", "上报"
    PASS = "PASS", "核实通过"
    RETURN = "RETURN", "退回"
    EXEMPT = "EXEMPT", "核查无问题"
    DEFER = "DEFER", "暂不具备整改条件"
    RESUME = "RESUME", "恢复整改"
    REMARK = "REMARK", "督办"
    AMEND = "AMEND", "更正"
    SPLIT = "SPLIT", "拆分"


class Remedy(models.TextChoices):
    CONVERSION = "CONVERSION", "农转用"
    FACILITY = "FACILITY", "设施农业用地备案"
    TITLE = "TITLE", "确权登记"
    COUNCIL = "COUNCIL", "一事一议"
    RECLAIM = "RECLAIM", "拆除复耕"
    OTHER = "OTHER", "其他"


class Batch(models.Model):
    """批次：上级下发、导入进来的一个文件，原样留存。"""

    class Source(models.TextChoices):
        TABLE = "TABLE", "表格"
        PASTE = "PASTE", "粘贴"
        GEO = "GEO", "矢量数据"
        CLOUD = "CLOUD", "国土调查云结果"

    target = models.ForeignKey(
        Target, models.PROTECT, related_name="batches", verbose_name="目标任务"
    )
    kind = models.CharField("类型", max_length=10, choices=Source, default=Source.TABLE)
    file = models.FileField("文件", upload_to="batches/%Y/", blank=True)
    name = models.CharField("原文件名", max_length=200)
    by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    layout = models.JSONField("手工对的列", default=dict, blank=True)
    crs = models.CharField("由人确认的坐标系", max_length=12, blank=True)
    counts = models.JSONField("结果", default=dict, blank=True)
    unreadable = models.CharField(
        "读到限度还没读完", max_length=200, blank=True
    )  # 不再试，每次打开都说这句
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "批次"
        ordering = ["-created_at"]

    def __str__(self):
        return self.name


class Patch(models.Model):
    """图斑：要整治的一块地，下发时的编号、面积和位置，加上整改到哪一步。"""

    # 任务开头的索引下面已有，录入人从不用来找图斑：都不另建，导入时少写两个索引。
    target = models.ForeignKey(
        Target, models.PROTECT, related_name="patches", db_index=False, verbose_name="目标任务"
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="patches", verbose_name="村")
    code = models.CharField("图斑编号", max_length=60)
    area_mu = MuField("面积（亩）")
    place = models.CharField("小地名", max_length=100, blank=True)
    contractor = models.CharField("承包人（项目主体）", max_length=100, blank=True)
    land_before = models.CharField("变化前地类", max_length=50, blank=True)
    land_after = models.CharField("变化后地类", max_length=50, blank=True)
    remedy = models.CharField("整改方式", max_length=12, choices=Remedy, blank=True)
    extra = models.JSONField("其他列", default=dict, blank=True)
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="patches", verbose_name="批次"
    )
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="拆分自",
    )
    since_on = models.DateField("从哪天起算", null=True, blank=True)
    until_on = models.DateField("到哪天不再算", null=True, blank=True)
    until_at = models.DateTimeField("拆分录入时间", null=True, blank=True)
    # 下面两项是整改记录的缓存，只由 plots.ledger.settle 写。
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PENDING)
    next_milestone = models.ForeignKey(
        Milestone,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="下一步",
    )
    created_at = models.DateTimeField("录入时间", default=timezone.now)
    created_by = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="录入人",
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = PatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "图斑"
        ordering = ["target_id", "village_id", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "village", "code"],
                name="patch_code_is_unique_in_target_and_village",
                violation_error_message="这个村的这项任务里已经有这个图斑编号，请核对编号。",
            ),
            models.CheckConstraint(
                condition=Q(area_mu__gt=0),
                name="patch_area_is_positive",
                violation_error_message="面积要大于 0 亩。",
            ),
            models.CheckConstraint(
                condition=~Q(code=""),
                name="patch_has_a_code",
                violation_error_message="请填图斑编号。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True, until_at__isnull=True)
                | Q(until_on__isnull=False, until_at__isnull=False),
                name="patch_until_has_day_and_moment",
                violation_error_message="不再算的日期和录入时间要么都有，要么都没有。",
            ),
            models.CheckConstraint(
                condition=Q(since_on__isnull=True)
                | Q(until_on__isnull=True)
                | Q(until_on__gte=F("since_on")),
                name="patch_until_is_after_since",
                violation_error_message="不再算的日期不能早于起算日期。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="patch_status_is_known",
                violation_error_message="没有这种状态。",
            ),
        ]
        indexes = [
            models.Index(fields=["next_milestone", "status"], name="patch_by_next_step"),
            models.Index(fields=["status", "target", "village"], name="patch_by_status"),
            # 各任务各村有几个、多少亩，只读这一个索引。
            models.Index(
                fields=["target", "village", "since_on", "until_on", "area_mu"],
                name="patch_for_progress",
            ),
        ]

    def __str__(self):
        return self.code

    @property
    def is_split(self):
        return self.until_on is not None

    @property
    def status_text(self):
        return "已拆分" if self.is_split else self.get_status_display()


class Reason(models.Model):
    """退回理由：核实时可以勾选的理由，按顺序列出；停用的不再列出，旧记录不变。"""

    text = models.CharField("理由", max_length=100, unique=True)
    needs_note = models.BooleanField(
        "要写明", default=False, help_text="如“其他”，勾了就要写说明。"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "退回理由"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text


class RectificationRecord(models.Model):
    """整改记录：谁在哪天对图斑做了什么。只增不改；被撤回的只补上撤回的日期、时间和人。"""

    patch = models.ForeignKey(Patch, models.PROTECT, related_name="records", verbose_name="图斑")
    village = models.ForeignKey(Village, models.PROTECT, related_name="+", verbose_name="村")
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, related_name="+", db_index=False, verbose_name="时间节点"
    )
    kind = models.CharField("类型", max_length=10, choices=Kind)
    done_on = models.DateField("完成日期")
    created_at = models.DateTimeField("录入时间", default=timezone.now)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="录入人")
    area_mu = MuField("面积（亩）", default=0, validators=[MinValueValidator(0)])
    completes = models.BooleanField("这一步完成", default=False)
    note = models.TextField("说明", blank=True)
    reasons = models.JSONField("理由", default=list, blank=True)
    external_ref = models.CharField("国土调查云上传编号", max_length=100, blank=True)
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
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
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
                condition=~Q(kind__in=["RETURN", "DEFER"]) | ~Q(note="") | ~Q(reasons=[]),
                name="record_return_and_defer_have_a_reason",
                violation_error_message="退回和暂缓要写明理由。",
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
            # 退回、核查无问题、暂缓很少，撤回的也很少：各有一个小索引，不用在几十万条上报里找。
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
                condition=Q(kind__in=["RETURN", "EXEMPT", "DEFER"]),
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
    def is_withdrawn(self):
        return self.withdrawn_at is not None

    @property
    def is_late(self):
        """逾期完成：上报或核实通过的日期晚于这一步的截止日期。"""
        return self.kind in (Kind.REPORT, Kind.PASS) and self.done_on > due_of(self.milestone)

    @property
    def is_backfilled(self):
        """补录：录入比完成晚了七天以上。"""
        return (local_date(self.entered_at) - self.done_on).days > BACKFILL_DAYS

    @property
    def entered_at(self):
        """当初录入的时刻：更正后转记的，是原记录的录入时刻。"""
        told = self.details.get("entered_at")
        return datetime.fromisoformat(told) if told else self.created_at
