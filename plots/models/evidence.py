"""举证材料的两张表：已经交上来的，和跟着还没交的表先传来的；怎么查、怎么存在 plots.evidence。"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from plots.models.deadlines import local_date
from taiping.ground import dates
from taiping.ground.words import metres_words
from villages.models import User, within_sight


class Material(models.Model):
    """收下的一个文件：一张照片或一份文件，从里面读出的拍摄信息，和交的时候手机在哪里。"""

    class Type(models.TextChoices):
        PHOTO = "PHOTO", "照片"
        DOCUMENT = "DOCUMENT", "文件"

    class DeviceMoment(models.TextChoices):
        SHOT = "SHOT", "拍照时"
        PICKED = "PICKED", "选照片时"
        REPORTED = "REPORTED", "上报时"

    kind = models.CharField("类型", max_length=10, choices=Type)
    file = models.FileField("原件", upload_to="evidence/%Y/%m/", max_length=200)
    display = models.FileField("浏览图", upload_to="evidence/%Y/%m/", max_length=200, blank=True)
    thumb = models.FileField("缩略图", upload_to="evidence/%Y/%m/", max_length=200, blank=True)
    name = models.CharField("原文件名", max_length=200)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    # 手机上缩小过的：缩小以前那张的。同一张照片用了两次，认的是它；没缩小的和上面一样
    original_sha256 = models.CharField("原照片的 SHA-256", max_length=64, db_index=True)
    original_size = models.PositiveIntegerField("原照片大小（字节）", null=True, blank=True)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    bearing = models.DecimalField("方位角", max_digits=5, decimal_places=1, null=True, blank=True)
    # 浏览器给的位置（https 时才有）：交照片的人那一刻在哪里，和照片自己的位置并排放，只作参考。
    device_lat = models.DecimalField(
        "手机纬度", max_digits=9, decimal_places=6, null=True, blank=True
    )
    device_lon = models.DecimalField(
        "手机经度", max_digits=9, decimal_places=6, null=True, blank=True
    )
    device_accuracy_m = models.PositiveIntegerField("手机定位精度（米）", null=True, blank=True)
    device_when = models.CharField(
        "手机什么时候定的位", max_length=10, choices=DeviceMoment, default=DeviceMoment.REPORTED
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    created_at = models.DateTimeField("上传时间", default=dates.now)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lon__isnull=True)
                | Q(lat__isnull=False, lon__isnull=False),
                name="%(class)s_coordinates_come_in_pairs",
                violation_error_message="经度和纬度要一起填。",
            ),
            models.CheckConstraint(
                condition=Q(device_lat__isnull=True, device_lon__isnull=True)
                | Q(device_lat__isnull=False, device_lon__isnull=False),
                name="%(class)s_device_coordinates_come_in_pairs",
                violation_error_message="经度和纬度要一起填。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_photo(self) -> bool:
        return self.kind == self.Type.PHOTO


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "EvidenceQuerySet":
        return within_sight(self, user, "patch__village")


class Evidence(Material):
    """举证材料：挂在一条整改记录上；收到的文件一个字节不变地留着，位置只作参考。"""

    class Position(models.TextChoices):
        INSIDE = "INSIDE", "在图斑内"
        NEAR = "NEAR", "在图斑附近"
        OUTSIDE = "OUTSIDE", "在图斑外"
        UNKNOWN = "UNKNOWN", "没有位置"

    patch = models.ForeignKey(
        "plots.Patch", models.PROTECT, related_name="evidence", verbose_name="图斑"
    )
    record = models.ForeignKey(
        "plots.RectificationRecord",
        models.PROTECT,
        related_name="evidence",
        verbose_name="整改记录",
    )
    position = models.CharField("位置", max_length=10, choices=Position, default=Position.UNKNOWN)
    position_m = models.PositiveIntegerField("离图斑（米）", null=True, blank=True)
    device_position = models.CharField(
        "手机位置", max_length=10, choices=Position, default=Position.UNKNOWN
    )
    device_position_m = models.PositiveIntegerField("手机离图斑（米）", null=True, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta(Material.Meta):
        verbose_name = verbose_name_plural = "举证材料"
        ordering = ["created_at", "pk"]

    @property
    def was_shrunk(self) -> bool:
        return self.sha256 != self.original_sha256

    @property
    def clock_gap(self) -> int:
        """拍摄日期比填的完成日期早（负）或晚（正）几天；差一天以内、没有拍摄时间的是 0。

        演示时今天是固定的，手机照真的钟拍的比不出什么，也是 0。
        """
        if self.taken_at is None or self._is_by_another_clock:
            return 0
        gap = (local_date(self.taken_at) - self.record.done_on).days
        return gap if abs(gap) > 1 else 0

    @property
    def _is_by_another_clock(self):
        fixed = dates.fixed_day()
        return fixed is not None and local_date(self.taken_at) > fixed

    @property
    def clock_text(self) -> str:
        gap = self.clock_gap
        if gap == 0:
            return ""
        side = "早" if gap < 0 else "晚"
        what = "发现" if self.record.kind == "FOUND" else "完成"
        return f"拍摄比{what}日期{side} {abs(gap)} 天"

    @property
    def position_text(self) -> str:
        """“在图斑外，离图斑 1076 米”；没有图形、照片里没有位置的是空。"""
        return position_words(self.position, self.position_m)

    @property
    def device_text(self) -> str:
        """浏览器给的位置，一句话；没给是空。"""
        if self.device_lat is None:
            return ""
        where = f"经度 {self.device_lon:.4f}、纬度 {self.device_lat:.4f}"  # 约 10 米；准确的坐标不上页面
        where = position_words(self.device_position, self.device_position_m) or f"位于{where}"
        if self.device_accuracy_m is not None:
            where += f"（精度 {self.device_accuracy_m} 米）"
        return f"{self.get_device_when_display()}手机{where}"


def position_words(position: str, metres: int | None) -> str:
    """“在图斑外，离图斑 1076 米”；不知道的是空。"""
    if position == Evidence.Position.UNKNOWN:
        return ""
    where = Evidence.Position(position).label
    return f"{where}，离图斑 {metres_words(metres)}" if metres else where


class PendingEvidence(Material):
    """先传来的材料：表还没有交，client_key 是那张表的提交标识；表交了就成了举证材料，一直没交的过期清掉。"""

    patch = models.ForeignKey("plots.Patch", models.CASCADE, related_name="+", verbose_name="图斑")
    client_key = models.UUIDField("提交标识")
    # 留几天照真的钟；表交了，举证材料上写的是系统里的现在
    created_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta(Material.Meta):
        verbose_name = verbose_name_plural = "先传来的材料"
        ordering = ["pk"]
        indexes = [models.Index(fields=["created_at"], name="pending_evidence_by_age")]
        constraints = [
            *Material.Meta.constraints,
            models.UniqueConstraint(
                fields=["by", "patch", "client_key", "original_sha256"],
                name="pending_evidence_once_per_form",
                violation_error_message="这张照片已经传过了。",
            ),
        ]
