"""整改路径改过的：哪块图斑、什么时候、由哪条改成哪条；只增不改，过去哪天走哪条路径由它说。"""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Subquery, When

from plots.models.deadlines import end_of_day
from plots.models.patches import Patch
from taiping.ground import dates
from tasks.models import RemedyRoute
from villages.models import User


class RouteChange(models.Model):
    """改整改路径：was 改成 became，空是还没有定。图斑录入时就带着的路径不算改。

    定路径不补记：改的那一刻起走新的，两种口径都一样。
    """

    patch = models.ForeignKey(
        Patch, models.CASCADE, related_name="route_changes", verbose_name="图斑"
    )
    was = models.ForeignKey(
        RemedyRoute,
        models.PROTECT,
        to_field="code",
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="原来的路径",
    )
    became = models.ForeignKey(
        RemedyRoute,
        models.PROTECT,
        to_field="code",
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="改成的路径",
    )
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="录入人"
    )
    created_at = models.DateTimeField("录入时间", default=dates.now)

    class Meta:
        verbose_name = verbose_name_plural = "改过的整改路径"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.patch} {self.was or '还没有定'} → {self.became or '还没有定'}"


def route_then(on: date) -> F | Case:
    """on 那天图斑走哪条路径（代码），写在图斑的查询里；今天的就是图斑上的，不用看改过没有。"""
    if on >= dates.today():
        return F("remedy")
    later = _changed_after(on).filter(patch=OuterRef("pk"))
    first = Subquery(later.values("was")[:1])
    return Case(
        When(Exists(later.order_by()), then=first),
        default=F("remedy"),
        output_field=models.SlugField(),
    )


def routes_then(patches: Iterable[Patch], on: date) -> dict[int, str | None]:
    """{图斑主键: on 那天的路径（代码），没有定是 None}；过去的日子多查一次。"""
    found = {patch.pk: patch.remedy_id for patch in patches}
    if not found or on >= dates.today():
        return found
    later = _changed_after(on).filter(patch__in=list(found)).order_by("-pk")
    found.update(later.values_list("patch", "was"))  # 先后倒着：最早一次以前的留在最后
    return found


def _changed_after(on):
    return RouteChange.objects.filter(created_at__gte=end_of_day(on)).order_by("pk")
