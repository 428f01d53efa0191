"""提醒送出去的记录：哪天、给谁、走哪条路，送到没有；只增不删。"""

from django.db import models
from django.db.models import Q

from taiping.ground import dates
from villages.models import User


class Sending(models.Model):
    """提醒的发送：一人（或一个群）一天一行，所以同一天再运行也只送一次。没送成的可以再送。"""

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", "邮件"
        ROBOT = "ROBOT", "群机器人"

    class State(models.TextChoices):
        STARTED = "STARTED", "送到一半"
        SENT = "SENT", "送到了"
        FAILED = "FAILED", "没送成"
        SKIPPED = "SKIPPED", "没有送"

    on = models.DateField("哪天的")
    channel = models.CharField("怎么送", max_length=10, choices=Channel)
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="给谁"
    )
    robot = models.CharField("哪个机器人", max_length=50, blank=True)
    state = models.CharField("结果", max_length=10, choices=State, default=State.STARTED)
    words = models.CharField("说明", max_length=200, blank=True)
    count = models.PositiveSmallIntegerField("几件事", default=0)
    at = models.DateTimeField("时间", default=dates.now)

    class Meta:
        verbose_name = verbose_name_plural = "提醒的发送"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "user"], condition=Q(user__isnull=False), name="sent_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["on", "robot"], condition=Q(user__isnull=True), name="robot_told_once_a_day"
            ),
        ]

    def __str__(self):
        return f"{self.on} {self.user or self.robot} {self.get_state_display()}"
