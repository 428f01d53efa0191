"""账号：谁能登录、用过的密码、输错的密码。"""

import rules
from axes.models import AccessAttempt
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q

from taiping.ground.actors import said


class Role(models.TextChoices):
    ADMIN = "ADMIN", "管理员"
    STAFF = "STAFF", said("{镇}工作人员")
    LEADER = "LEADER", "领导"
    SECRETARY = "SECRETARY", "村支部书记"


def role_words():
    """四种角色；称呼照设置。"""
    return Role.choices


class AccountManager(UserManager):
    def create_superuser(self, username, email=None, password=None, **extra):
        user = self.model(
            username=self.model.normalize_username(username), **{**extra, "role": Role.ADMIN}
        )
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """账号：一个能登录的人，角色决定能做什么，包村决定看得见哪些村。"""

    first_name = None
    last_name = None
    name = models.CharField("姓名", max_length=50)
    role = models.CharField("角色", max_length=10, choices=role_words, default=Role.SECRETARY)
    phone = models.CharField("电话", max_length=20, blank=True)
    must_change_password = models.BooleanField(
        "须改密码", default=False, help_text="密码由管理员发放，本人首次登录必须改。"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)
    # 只用来告诉他本人“上次看过以后”有什么；不上页面，不给别人看
    tasks_seen_at = models.DateTimeField("上次看我的任务", null=True, blank=True, editable=False)

    reminded_by_email = models.BooleanField(
        "每天的提醒发到邮箱", default=True, help_text="没有写邮箱的不发。"
    )
    # 页头的铃铛看这三样，不用每页算一遍；算和送在 taiping/reminders
    reminded_on = models.DateField("提醒算到哪天", null=True, blank=True, editable=False)
    reminder_count = models.PositiveSmallIntegerField("那天几件", default=0, editable=False)
    reminders_read_on = models.DateField("哪天的看过了", null=True, blank=True, editable=False)

    objects = AccountManager()
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["role", "username"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self):
        return self.name or self.username

    # 管理员就是管理员：后台权限跟着角色走，不另存一份会不一致的标记。
    @property
    def is_admin(self):
        return self.role == Role.ADMIN

    is_staff = is_admin
    is_superuser = is_admin

    @property
    def is_town(self):
        """能录入、核实的人：镇工作人员和管理员。"""
        return self.role in (Role.STAFF, Role.ADMIN)

    @property
    def is_secretary(self):
        return self.role == Role.SECRETARY

    def has_perm(self, perm, obj=None):
        """登记过的权限只问规则：管理员也不例外；后台各张表的权限照 Django 的，只有管理员有。"""
        if rules.perm_exists(perm):
            return rules.has_perm(perm, self, obj)
        return super().has_perm(perm, obj)

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)


class PastPassword(models.Model):
    """用过的密码：只有散列值，留着看新密码是不是重复。"""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="past_passwords", verbose_name="账号"
    )
    hash = models.CharField("散列值", max_length=128)
    set_at = models.DateTimeField("启用时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user} {self.set_at:%Y-%m-%d}"


class LoginFailure(AccessAttempt):
    """登录失败：一个用户名从一个地址连着输错的次数，够数就锁住；删掉这一行就是解锁。"""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "登录失败和锁定"
        ordering = ["-attempt_time"]
