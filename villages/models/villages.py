"""村、包村、干部、村界；谁看得见哪些村在这里定。"""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from taiping.ground.geometry.fields import ShapeModel, ShapeQuerySet
from taiping.ground.name_keys import NameKeyField
from villages.models.people import Role, User


def sees_every_village(user: User) -> bool:
    """村支部书记只看得见自己包的村，其他角色是全部；没有登录、停用了的一个也看不见。全系统的范围只在这里定。"""
    return user.is_authenticated and user.is_active and user.role != Role.SECRETARY


def sees(user: User, village_id: int) -> bool:
    """看不看得见这个村。"""
    return (
        sees_every_village(user) or Village.objects.visible_to(user).filter(pk=village_id).exists()
    )


def within_sight(rows: models.QuerySet, user: User, village: str) -> models.QuerySet:
    """rows 里在看得见的村的；village 是怎么走到村，如“patch__village”。

    看得见全部村的不加条件：加了也不会少一行，数据库却会照着它换一种慢的找法。
    """
    if sees_every_village(user):
        return rows
    return rows.filter(**{f"{village}__in": _postings_of(user)})


def _postings_of(user):
    """他包的村；没有登录、停用了的没有。手写的：每一页都要写几遍，拼起来省得多。"""
    if not user.is_authenticated or not user.is_active:
        return []
    return RawSQL("SELECT village_id FROM villages_posting WHERE user_id = %s", [user.pk])


class VillageQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "VillageQuerySet":
        """看得见的村。"""
        return within_sight(self, user, "pk")


class NaturalManager(models.Manager):
    """按人认得的名字存取，供 fixtures 用。"""

    natural_fields = ("name",)

    def get_by_natural_key(self, *values):
        return self.get(**dict(zip(self.natural_fields, values, strict=True)))


class VillageManager(NaturalManager.from_queryset(VillageQuerySet)):
    pass


class Village(models.Model):
    """村：任务落到的地方。"""

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
        help_text="上级表格里的其他写法，用顿号分隔，如“东村村委会、东村社区”；换过代码的，旧的村代码也写在这里。",
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    name_key = NameKeyField("村名排先后的写法")

    objects = VillageManager()

    class Meta:
        verbose_name = verbose_name_plural = "村"
        ordering = ["order", "name_key", "name"]
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
    def alias_list(self) -> list[str]:
        return [alias for alias in self.aliases.replace("，", "、").split("、") if alias.strip()]


class BoundaryQuerySet(ShapeQuerySet):
    def visible_to(self, user: User) -> "BoundaryQuerySet":
        return within_sight(self, user, "village")


class VillageBoundary(ShapeModel):
    """村界：村的范围；没有也能用，有了才看图斑是不是超出本村。"""

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
