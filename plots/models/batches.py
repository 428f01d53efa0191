"""批次：导入进来的一个文件。"""

from django.db import models
from django.utils import timezone

from tasks.models import Target
from villages.models import User


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
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="导入人"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    layout = models.JSONField("手工对的列", default=dict, blank=True)
    crs = models.CharField("由人确认的坐标系", max_length=12, blank=True)
    counts = models.JSONField("结果", default=dict, blank=True)
    # 读到限度还没读完的不再试，每次打开都说这句
    unreadable = models.CharField("读到限度还没读完", max_length=200, blank=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "批次"
        ordering = ["-created_at"]

    def __str__(self):
        return self.name
