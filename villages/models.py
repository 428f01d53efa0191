"""人与村：谁能登录，哪些村，谁包哪个村。"""

from axes.models import AccessAttempt
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from taiping.ground.geometry.fields import ShapeModel, ShapeQuerySet


class Role(models.TextChoices):
    ADMIN = "ADMIN", "管理员"
    STAFF = "STAFF", "镇工作人员"
    LEADER = "LEADER", "领导"
    SECRETARY = "SECRETARY", "村支部书记"


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
    role = models.CharField("角色", max_length=10, choices=Role, default=Role.SECRETARY)
    phone = models.CharField("电话", max_length=20, blank=True)
    must_change_password = models.BooleanField(
        "须改密码", default=False, help_text="密码由管理员发放，本人首次登录必须改。"
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

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

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)


class VillageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """看得见的村：村支部书记只有自己包的村，其他角色是全部。全系统的范围只在这里定。"""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.role == Role.SECRETARY:
            return self.filter(pk__in=Posting.objects.filter(user=user).values("village"))
        return self


class NaturalManager(models.Manager):
    """按人认得的名字存取，供 fixtures 用。"""

    natural_fields = ("name",)

    def get_by_natural_key(self, *values):
        return self.get(**dict(zip(self.natural_fields, values, strict=True)))


class VillageManager(NaturalManager.from_queryset(VillageQuerySet)):
    pass


class Village(models.Model):
    """村（社区）：任务落到的地方。"""

    name = models.CharField("村名", max_length=50, unique=True)
    code = models.CharField(
        "村代码",
        max_length=12,
        blank=True,
        help_text="12 位统计用区划代码；不知道就留空。",
        validators=[RegexValidator(r"^\d{12}$", "村代码是 12 位数字，不知道就留空。")],
    )
    aliases = models.CharField(
        "别名",
        max_length=200,
        blank=True,
        help_text="上级表格里的其他写法，用顿号分隔，如“团碾村、团碾村委会”。",
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = VillageManager()

    class Meta:
        verbose_name = verbose_name_plural = "村（社区）"
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="village_code_is_unique"
            ),
        ]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.name,)

    @property
    def alias_list(self):
        return [alias for alias in self.aliases.replace("，", "、").split("、") if alias.strip()]


class BoundaryQuerySet(ShapeQuerySet):
    def visible_to(self, user):
        return self.filter(village__in=Village.objects.visible_to(user))


class VillageBoundary(ShapeModel):
    """村界：村（社区）的范围；没有也能用，有了才看图斑是不是超出本村。"""

    village = models.OneToOneField(
        Village, models.CASCADE, primary_key=True, related_name="boundary", verbose_name="村"
    )
    file_name = models.CharField("来自文件", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导入人")

    objects = BoundaryQuerySet.as_manager()

    class Meta(ShapeModel.Meta):
        verbose_name = verbose_name_plural = "村界"

    def __str__(self):
        return f"{self.village}村界"


class CadreManager(NaturalManager):
    natural_fields = ("name", "post")


class Cadre(models.Model):
    """干部：方案里点到名的人，是方案的内容，不等于账号。"""

    name = models.CharField("姓名", max_length=50)
    post = models.CharField(
        "职务", max_length=50, blank=True, help_text="按文件所写；文件没写就留空。"
    )
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="cadres", verbose_name="账号"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)

    objects = CadreManager()

    class Meta:
        verbose_name = verbose_name_plural = "干部"
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "post"], name="cadre_name_and_post_are_unique")
        ]

    def __str__(self):
        return f"{self.name}（{self.post}）" if self.post else self.name

    def natural_key(self):
        return (self.name, self.post)


class Posting(models.Model):
    """包村：一个账号负责一个村，看得见它的全部内容。"""

    user = models.ForeignKey(User, models.CASCADE, related_name="postings", verbose_name="账号")
    village = models.ForeignKey(Village, models.CASCADE, related_name="postings", verbose_name="村")

    class Meta:
        verbose_name = verbose_name_plural = "包村"
        ordering = ["village", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "village"], name="posting_is_unique")
        ]

    def __str__(self):
        return f"{self.user} · {self.village}"


class Session(AbstractBaseSession):
    """登录：一台设备上的一次登录，没有动静超过时限就作废。谁的、哪台设备、从哪里来，随每次保存写在这一行。"""

    # 不设外键约束：账号没了，剩下的登录只是一行没用的数据，不该挡住谁
    user = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        related_name="sessions",
        verbose_name="账号",
        db_constraint=False,
    )
    device = models.CharField("设备", max_length=100, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)
    seen_at = models.DateTimeField("最后使用", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录"

    @classmethod
    def get_session_store_class(cls):
        from villages.sessions import SessionStore  # 存法在那边，那边又要用这个表

        return SessionStore


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
