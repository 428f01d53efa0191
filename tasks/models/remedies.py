"""整改路径和材料：违法占用耕地问题怎么整改，每条路径要哪些材料。各年度合用，和村一样。"""

from django.db import models

from villages.models import NaturalManager


class RemedyRouteQuerySet(models.QuerySet):
    def offered(self) -> "RemedyRouteQuerySet":
        """可以选的：启用的。"""
        return self.filter(in_use=True)


class RemedyRouteManager(NaturalManager.from_queryset(RemedyRouteQuerySet)):
    natural_fields = ("code",)


class RemedyRoute(models.Model):
    """整改路径：一种整改的办法，如农转用、一事一议。停用的不再列出，已经选了的图斑不变。"""

    code = models.SlugField(
        "代码", max_length=30, unique=True, help_text="英文小写，如 facility；定了不要再改。"
    )
    name = models.CharField("名称", max_length=50, unique=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    in_use = models.BooleanField(
        "启用", default=True, help_text="停用的不再列出，已经选了的图斑不变。"
    )

    objects = RemedyRouteManager()

    class Meta:
        verbose_name = verbose_name_plural = "整改路径"
        ordering = ["order", "pk"]

    def __str__(self):
        return self.name

    def natural_key(self):
        return (self.code,)


class RemedyItemManager(models.Manager):
    def get_by_natural_key(self, route, name):
        return self.get(route__code=route, name=name)


class RemedyItem(models.Model):
    """整改材料：一条整改路径要的一样东西，要编号（或数）、日期、文件里的哪几样。停用的不再要。"""

    route = models.ForeignKey(
        RemedyRoute, models.PROTECT, related_name="items", verbose_name="整改路径"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    name = models.CharField("名称", max_length=50)
    hint = models.CharField("说明", max_length=200, blank=True, help_text="填的人看得到。")
    needs_number = models.BooleanField(
        "要编号或数", default=False, help_text="如备案编号、应到人数。"
    )
    needs_date = models.BooleanField(
        "要日期", default=False, help_text="如会议日期；不勾就记哪天交来的。"
    )
    needs_file = models.BooleanField("要文件", default=False, help_text="照片、扫描件或文档。")
    in_use = models.BooleanField("启用", default=True, help_text="停用的不再要，已经交的留着。")

    objects = RemedyItemManager()

    class Meta:
        verbose_name = verbose_name_plural = "整改材料"
        ordering = ["route__order", "route_id", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "name"],
                name="remedy_item_name_is_unique_in_route",
                violation_error_message="这条整改路径里已经有这样材料，请换个名称。",
            )
        ]

    def __str__(self):
        return f"{self.route} · {self.name}"

    def natural_key(self):
        return (self.route.code, self.name)

    natural_key.dependencies = ["tasks.remedyroute"]
