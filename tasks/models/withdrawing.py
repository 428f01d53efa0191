"""只增不改的记录怎么撤回：监测、履职记录、评分、到位和拨付、材料、督办单都一样。撤回的留着，写着谁、什么时候、为什么。"""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from taiping.ground import dates
from taiping.ground.dates import date_beside
from tasks.models.question import DONE, RECORDED

WHOLE = "撤回的日期、时间、人和理由要么都有，要么都没有。"


class WithdrawableQuerySet(models.QuerySet):
    """给日期在 on 那一格的记录。"""

    def known(self, on: date, basis: str = DONE) -> Self:
        """某日有效的；basis="recorded" 时看的是那天系统里已经录入、还没有撤回的。"""
        if basis == RECORDED:
            standing = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__date__gt=on)
            return self.filter(standing, created_at__date__lte=on)
        return self.filter(Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on), on__lte=on)

    def standing(self) -> Self:
        """没有撤回的。"""
        return self.filter(withdrawn_at__isnull=True)


class Withdrawable(models.Model):
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("撤回录入时间", null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="撤回人",
    )
    withdrawal_reason = models.CharField("撤回理由", max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def withdrawn_words(self) -> str:
        """“已经由周晓 10月20日撤回（多写了一次）”，接在是哪一条后面。"""
        day = date_beside(timezone.localdate(self.withdrawn_at), dates.today())
        return f"已经由{self.withdrawn_by or '别人'} {day}撤回（{self.withdrawal_reason}）"


def whole_withdrawal(name: str) -> models.CheckConstraint:
    """撤回的四样要么都有，要么都没有；name 是规矩的名字。"""
    return models.CheckConstraint(
        condition=Q(
            withdrawn_on__isnull=True,
            withdrawn_at__isnull=True,
            withdrawn_by__isnull=True,
            withdrawal_reason="",
        )
        | Q(
            ~Q(withdrawal_reason=""),
            withdrawn_on__isnull=False,
            withdrawn_at__isnull=False,
            withdrawn_by__isnull=False,
        ),
        name=name,
        violation_error_message=WHOLE,
    )


def withdrawn_not_before(name: str, day: str, word: str) -> models.CheckConstraint:
    """撤回日期不早于记录自己的日子：day 是那一格，word 是怎么叫它。"""
    return models.CheckConstraint(
        condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F(day)),
        name=name,
        violation_error_message=f"撤回日期不能早于{word}。",
    )
