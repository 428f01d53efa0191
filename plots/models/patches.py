"""图斑。"""

from django.db import models
from django.db.models import F, Q

from plots.models.batches import Batch
from plots.models.choices import ENDED, Status
from plots.models.code_keys import CodeKeyField, key_of_code
from plots.models.querysets import PatchQuerySet
from plots.models.shapes import Spot
from taiping.ground import dates
from taiping.ground.area import MuField
from tasks.models import DutyEntry, Milestone, RemedyRoute, Target
from villages.models import User, Village


class Patch(models.Model):
    """图斑：要整治的一块地，下发时的编号、面积和位置，加上整改到哪一步。"""

    # 任务开头的索引下面已有，录入人从不用来找图斑：都不另建，导入时少写两个索引。
    target = models.ForeignKey(
        Target, models.PROTECT, related_name="patches", db_index=False, verbose_name="目标任务"
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="patches", verbose_name="村")
    code = models.CharField("图斑编号", max_length=60)
    code_key = CodeKeyField("编号的可比写法")
    area_mu = MuField("面积（亩）")
    place = models.CharField("小地名", max_length=100, blank=True)
    contractor = models.CharField("承包人（项目主体）", max_length=100, blank=True)
    land_before = models.CharField("变化前地类", max_length=50, blank=True)
    land_after = models.CharField("变化后地类", max_length=50, blank=True)
    # 存的是路径的代码：导入、导出、比对十万块图斑时不用再查一张表
    remedy = models.ForeignKey(
        RemedyRoute,
        models.PROTECT,
        to_field="code",
        null=True,
        blank=True,
        related_name="patches",
        db_index=False,
        verbose_name="整改路径",
    )
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
    # 多半是空的：只给有的建一个小索引，在下面
    carried_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_to",
        db_index=False,
        verbose_name="结转自",
    )
    # 发现时手机在哪里：没有图形的图斑，在地图上是一个点；有了图形就看图形
    found_lat = models.DecimalField(
        "发现时纬度", max_digits=9, decimal_places=6, null=True, blank=True
    )
    found_lon = models.DecimalField(
        "发现时经度", max_digits=9, decimal_places=6, null=True, blank=True
    )
    found_accuracy_m = models.PositiveIntegerField("发现时定位精度（米）", null=True, blank=True)
    # 做常态工作（巡查）发现的：哪天发现、哪天制止，由哪一次履职记录来
    found_on = models.DateField("发现日期", null=True, blank=True)
    stopped_on = models.DateField("制止日期", null=True, blank=True)
    stop_notice_no = models.CharField("制止通知书文号", max_length=60, blank=True)
    duty_entry = models.ForeignKey(
        DutyEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="patches",
        db_index=False,
        verbose_name="发现于",
    )
    since_on = models.DateField("从哪天起算", null=True, blank=True)
    until_on = models.DateField("到哪天不再算", null=True, blank=True)
    until_at = models.DateTimeField("不再算的录入时间", null=True, blank=True)
    # 下面三项是整改记录的缓存，只由 plots.ledger.replay.settle 写。
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
    due_on = models.DateField("反弹后的截止日期", null=True, blank=True)
    created_at = models.DateTimeField("录入时间", default=dates.now)
    created_by = models.ForeignKey(
        User,
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
                fields=["target", "village", "code_key"],
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
            models.CheckConstraint(
                condition=Q(
                    found_lat__isnull=True, found_lon__isnull=True, found_accuracy_m__isnull=True
                )
                | Q(found_lat__isnull=False, found_lon__isnull=False),
                name="patch_found_coordinates_come_in_pairs",
                violation_error_message="发现时的经度和纬度要一起填。",
            ),
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True)
                | Q(found_on__isnull=False, stopped_on__gte=F("found_on")),
                name="patch_is_stopped_after_it_is_found",
                violation_error_message="制止日期不能早于发现日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["next_milestone", "status"], name="patch_by_next_step"),
            models.Index(fields=["status", "target", "village"], name="patch_by_status"),
            # 菜单上“待核实”后面的数，每一页都要
            models.Index(
                fields=["status"],
                condition=Q(until_on__isnull=True),
                name="patch_current_by_status",
            ),
            # 各任务各村有几个、多少亩，只读这一个索引。
            models.Index(
                fields=["target", "village", "since_on", "until_on", "area_mu", "split_from"],
                name="patch_for_progress",
            ),
            models.Index(
                fields=["carried_from"],
                condition=Q(carried_from__isnull=False),
                name="patch_carried_from",
            ),
            models.Index(
                fields=["duty_entry"],
                condition=Q(duty_entry__isnull=False),
                name="patch_by_duty_entry",
            ),
        ]

    def __str__(self):
        return self.code

    def clean(self):
        self.code_key = key_of_code(self.code)  # 查有没有重复的编号以前

    @property
    def step(self) -> Milestone | None:
        """下一步；它的任务就是图斑的任务，不另查。已销号、已核减、不再算了的是 None。"""
        step = self.next_milestone
        if step is not None and not Milestone.target.is_cached(step):
            step.target = self.target
        return step

    @property
    def spot(self) -> Spot | None:
        """发现时手机在哪里；没有记是 None。"""
        if self.found_lat is None:
            return None
        return Spot(float(self.found_lon), float(self.found_lat))

    @property
    def has_ended(self) -> bool:
        """从哪天起不再算了：拆分、结转、移出。"""
        return self.until_on is not None

    @property
    def is_split(self) -> bool:
        return self.has_ended and self.status not in ENDED.values()

    @property
    def status_text(self) -> str:
        return "已拆分" if self.is_split else Status(self.status).label
