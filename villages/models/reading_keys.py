"""接口密钥：别的系统（区里的大屏、一张表）取进度数用的，只能看，不能改。库里只有散列值。"""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from taiping.ground import dates

PREFIX = "gd_"  # 一眼认得出是这里的密钥，漏在别处也搜得到
SHOWN = 8  # 列表上露出前面几个字，好和手上的对


class ReadingKey(models.Model):
    """一把密钥给一个用处；停用了就再也用不了，不删。"""

    name = models.CharField(
        "给谁用",
        max_length=50,
        unique=True,
        help_text="如 上级的大屏。一个用处一把，好分开停用。",
    )
    start = models.CharField("密钥开头", max_length=SHOWN, editable=False)
    digest = models.CharField("散列值", max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name="发放人",
    )
    made_at = models.DateTimeField("发放时间", default=dates.now, editable=False)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "接口密钥"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="reading_key_has_a_use",
                violation_error_message="请填给谁用。",
            )
        ]

    def __str__(self):
        return self.name

    def issue(self) -> str:
        """定下一串新的，返回它；只有这一次看得到，库里存的是散列值。"""
        key = PREFIX + secrets.token_urlsafe(32)
        self.start, self.digest = key[:SHOWN], digest_of(key)
        return key

    def end(self) -> None:
        self.ended_at = self.ended_at or timezone.now()
        self.save(update_fields=["ended_at"])

    @classmethod
    def of(cls, key: str) -> "ReadingKey | None":
        """在用的那一把；没有、停用了是 None。"""
        return cls.objects.filter(digest=digest_of(key), ended_at=None).first()


def digest_of(key: str) -> str:
    """密钥是随机的一长串，不用加盐、不用慢算法。"""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
