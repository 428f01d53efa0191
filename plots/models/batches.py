"""批次：导入进来的一个文件。"""

import json
import zlib
from collections.abc import Iterable
from itertools import islice

from django.db import models
from django.db.models import Q

from taiping.ground import dates
from tasks.models import Target
from villages.models import User

CHUNK = 2000


class Batch(models.Model):
    """批次：上级下发、导入进来的一个文件，原样留存。"""

    class Source(models.TextChoices):
        TABLE = "TABLE", "表格"
        PASTE = "PASTE", "粘贴"
        GEO = "GEO", "矢量数据"
        CLOUD = "CLOUD", "上传结果"

    target = models.ForeignKey(
        Target, models.PROTECT, related_name="batches", verbose_name="目标任务"
    )
    kind = models.CharField("类型", max_length=10, choices=Source, default=Source.TABLE)
    file = models.FileField("文件", upload_to="batches/%Y/", blank=True)
    name = models.CharField("原文件名", max_length=200)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    # 新增的图斑从这天起算；早先导入的没有写，一直算
    issued_on = models.DateField("下发日期", null=True, blank=True)
    created_at = models.DateTimeField("上传时间", default=dates.now)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    layout = models.JSONField("手工对的列", default=dict, blank=True)
    crs = models.CharField("由人确认的坐标系", max_length=12, blank=True)
    with_hidden = models.BooleanField("连隐藏的一起读", default=False)
    counts = models.JSONField("结果", default=dict, blank=True)
    # 读到限度还没读完的不再试，每次打开都说这句
    unreadable = models.CharField("读到限度还没读完", max_length=200, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤回人"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "批次"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                    applied_at__isnull=False,
                ),
                name="batch_withdrawal_is_whole",
                violation_error_message="导入过的才能撤回，撤回的时间和人要一起写。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def stage(self) -> str:
        """传上来以后走到哪里了：预览过、导入过、又撤回了。"""
        if self.withdrawn_at:
            return "已撤回"
        return "已导入" if self.applied_at else "没有导入"


class BatchBefore(models.Model):
    """导入前的样子：这次导入改动的图斑原来的值，撤回时照着放回去。列批次时不读它。"""

    batch = models.OneToOneField(
        Batch, models.CASCADE, primary_key=True, related_name="before", verbose_name="批次"
    )
    packed = models.BinaryField("压缩的 JSON")

    class Meta:
        verbose_name = verbose_name_plural = "导入前的样子"

    def __str__(self):
        return f"{self.batch} 导入前的样子"

    @classmethod
    def keep(cls, batch: Batch, changes: Iterable[list]) -> None:
        """changes 每个都能写成 JSON；十万块图斑的一行，一段段地压缩了存。"""
        changes, packer, comma = iter(changes), zlib.compressobj(level=1), ""
        packed = packer.compress(b"[")
        while part := list(islice(changes, CHUNK)):
            text = json.dumps(part, ensure_ascii=False)[1:-1]
            packed += packer.compress(f"{comma}{text}".encode())
            comma = ", "
        packed += packer.compress(b"]") + packer.flush()
        cls.objects.update_or_create(batch=batch, defaults={"packed": packed})

    @property
    def changes(self) -> list:
        return json.loads(zlib.decompress(bytes(self.packed)))


class Mend(models.Model):
    """改动：预览时在页面上把上传文件的哪里改成了什么；原文件一个字不动，读的时候照着改。"""

    class Kind(models.TextChoices):
        CELL = "CELL", "改了一格"
        VILLAGE = "VILLAGE", "村的写法"
        LEFT = "LEFT", "重复，不导入"

    batch = models.ForeignKey(
        Batch, models.CASCADE, related_name="mends", verbose_name="批次", db_index=False
    )
    kind = models.CharField("类型", max_length=10, choices=Kind)
    sheet = models.CharField("工作表", max_length=200, blank=True)
    row = models.PositiveIntegerField("行", default=0)
    column = models.PositiveSmallIntegerField("第几列", default=0)  # 从 0 起
    header = models.CharField("列", max_length=100, blank=True)
    found = models.CharField("原来", max_length=200, blank=True)
    text = models.CharField("改成", max_length=500, blank=True)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="谁改的"
    )
    at = models.DateTimeField("什么时候", default=dates.now)

    class Meta:
        verbose_name = verbose_name_plural = "导入时的改动"
        ordering = ["sheet", "row", "column", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "kind", "sheet", "row", "column", "found"],
                name="mend_of_a_place_is_one",
            )
        ]

    def __str__(self):
        return f"{self.batch} {self.where}：{self.found} → {self.text}"

    @property
    def where(self) -> str:
        """改的是哪里，给人看的。"""
        row = f"第 {self.row} 行" if self.row else ""
        return f"{row}“{self.header}”" if self.header else row
