"""导入过的方案文件。"""

from django.conf import settings
from django.db import models

from taiping.ground import dates


class PlanFile(models.Model):
    """导入的方案文件：原样留存，预览过、确认过才写进方案。"""

    file = models.FileField("文件", upload_to="plans/%Y/")
    name = models.CharField("原文件名", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    created_at = models.DateTimeField("上传时间", default=dates.now)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)
    unreadable = models.CharField(
        "读到限度还没读完", max_length=200, blank=True
    )  # 不再试，每次打开都说这句

    class Meta:
        verbose_name = verbose_name_plural = "方案文件"
        ordering = ["-created_at"]

    def __str__(self):
        return self.name
