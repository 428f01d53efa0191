"""交来的材料：图斑照整改路径要交的。只增不改；交错了的撤回，撤回的也留着。"""

import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from plots.models.attachments import Attachment
from plots.models.choices import Kind
from plots.models.patches import Patch
from plots.models.querysets import lasting
from plots.models.records import RectificationRecord
from taiping.ground import dates
from tasks.models import RemedyItem
from tasks.models.question import DONE
from tasks.models.withdrawing import (
    Withdrawable,
    whole_withdrawal,
    withdrawn_not_before,
)
from villages.models import User, within_sight


class RemedyDocumentQuerySet(models.QuerySet):
    def known(self, on: datetime.date, basis: str = DONE) -> "RemedyDocumentQuerySet":
        """某天有效的：那天已有（或已录入）、还没有撤回。"""
        return self.filter(
            lasting(
                on,
                basis,
                done=("on", "withdrawn_on"),
                recorded=("created_at", "withdrawn_at"),
            )
        )

    def visible_to(self, user: User) -> "RemedyDocumentQuerySet":
        return within_sight(self, user, "patch__village")

    def with_file_mark(self) -> "RemedyDocumentQuerySet":
        """带上 has_file：有没有附文件。"""
        through = RemedyDocument.files.through.objects
        return self.annotate(has_file=Exists(through.filter(remedydocument=OuterRef("pk"))))


class RemedyDocument(Withdrawable):
    """交来的材料：图斑照整改路径交来的一样。只增不改：同一样后交的顶替先交的，先交的留着。

    on 是材料上的日期（会议日期、公示开始……）；材料不要日期的，是哪天交来的。
    """

    patch = models.ForeignKey(
        Patch, models.PROTECT, related_name="documents", verbose_name="图斑", db_index=False
    )
    item = models.ForeignKey(
        RemedyItem, models.PROTECT, related_name="+", verbose_name="材料", db_index=False
    )
    number = models.CharField("编号或数", max_length=60, blank=True)
    on = models.DateField("日期")
    files = models.ManyToManyField(
        Attachment, blank=True, related_name="remedy_documents", verbose_name="附件"
    )
    words = models.CharField("说明", max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    created_at = models.DateTimeField("录入时间", default=dates.now)
    client_key = models.UUIDField("提交标识", null=True, unique=True, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = RemedyDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "交来的材料"
        ordering = ["patch", "created_at", "pk"]
        constraints = [
            whole_withdrawal("remedy_document_withdrawal_is_whole"),
            withdrawn_not_before(
                "remedy_document_is_not_withdrawn_before_its_day", "on", "材料的日期"
            ),
        ]
        indexes = [models.Index(fields=["patch", "item"], name="remedy_document_of_patch")]

    def __str__(self):
        return f"{self.patch} {self.item.name}"


def lacks_papers(on: datetime.date, basis: str = DONE) -> Q:
    """写在图斑的查询里，要先带上 route_then：那天的整改路径要的材料，那天还有没齐的。

    没有路径、路径没写要什么、核查无问题的不算缺。
    """
    documents = RemedyDocument.objects.known(on, basis).filter(
        patch=OuterRef(OuterRef("pk")), item=OuterRef("pk")
    )
    latest = documents.order_by("-created_at", "-pk").values("pk")[:1]
    has_number = Q(item__needs_number=False) | ~Q(number="")
    has_file = Q(item__needs_file=False) | Q(has_file=True)
    whole = RemedyDocument.objects.with_file_mark().filter(
        has_number, has_file, pk=OuterRef("latest")
    )
    items = RemedyItem.objects.filter(in_use=True, route__code=OuterRef("route_then"))
    lacking = items.annotate(latest=Subquery(latest)).filter(~Exists(whole.order_by()))
    exempt = RectificationRecord.objects.effective(on, basis).filter(
        patch=OuterRef("pk"), kind=Kind.EXEMPT
    )
    return Q(Exists(lacking.order_by())) & ~Q(Exists(exempt.order_by()))
