"""审计：谁什么时候从哪里登录、下载了什么；谁把什么改成了什么。都只增不改。"""

from auditlog.models import LogEntry
from django.conf import settings
from django.db import models
from django.utils import timezone


class Access(models.Model):
    """访问记录：登录、退出、登录失败、下载和导出。"""

    class Kind(models.TextChoices):
        SIGN_IN = "SIGN_IN", "登录"
        SIGN_OUT = "SIGN_OUT", "退出"
        FAILED = "FAILED", "登录失败"
        DOWNLOAD = "DOWNLOAD", "下载和导出"

    kind = models.CharField("做了什么", max_length=10, choices=Kind)
    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="账号",
    )
    username = models.CharField("用户名", max_length=150, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)
    what = models.CharField("内容", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "访问记录"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.username} {self.get_kind_display()}"


WORDS = {0: "新增", 1: "修改", 2: "删除", 3: "查看电话"}


class Change(LogEntry):
    """修改记录：谁在什么时候从哪里把什么改成了什么，由 auditlog 记。"""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "修改记录"

    def __str__(self):
        return f"{WORDS.get(self.action, '')} {self.object_repr}"
