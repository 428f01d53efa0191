"""评分：人工评的一个分，只增不改；新的代替旧的，评错了的撤回，撤回的也留着。"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from taiping.ground import dates
from taiping.ground.area import figure
from taiping.ground.points import PointsField
from tasks.models.assessment import ScoreItem
from tasks.models.withdrawing import (
    Withdrawable,
    WithdrawableQuerySet,
    whole_withdrawal,
    withdrawn_not_before,
)
from villages.models import User, Village, within_sight


class ScoreQuerySet(WithdrawableQuerySet):
    def visible_to(self, user: User) -> "ScoreQuerySet":
        """村支部书记看自己村的，其他角色看全部。"""
        return within_sight(self, user, "village")

    def newest_last(self) -> "ScoreQuerySet":
        """日期晚的、同一天后录的在后：放进字典，留下的就是在用的。"""
        return self.order_by("on", "created_at", "pk")


class Score(Withdrawable):
    """评分：一个考核项、一个村、某日评了几分，为什么。只增不改：再评一次，新的代替旧的。

    撤回日期就是评分日期，任何一天都当没有评过；按录入日期看，撤回以前的日子还是当时的样子。
    """

    item = models.ForeignKey(
        ScoreItem, models.PROTECT, related_name="scores", verbose_name="考核项"
    )
    village = models.ForeignKey(Village, models.PROTECT, related_name="scores", verbose_name="村")
    on = models.DateField("评分日期")
    points = PointsField("得分")
    reason = models.CharField("理由", max_length=200, help_text="为什么是这个分，各村看得到。")
    client_key = models.UUIDField("提交标识", null=True, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="录入人",
    )
    created_at = models.DateTimeField("录入时间", default=dates.now)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分"
        ordering = ["item", "-on", "-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="score_has_a_reason",
                violation_error_message="请写理由。",
            ),
            whole_withdrawal("score_withdrawal_is_whole"),
            withdrawn_not_before("score_is_not_withdrawn_before_its_day", "on", "评分日期"),
        ]
        indexes = [models.Index(fields=["item", "village", "on"], name="score_by_day")]

    def __str__(self):
        return f"{self.village.name} {self.item.name} {self.on} {figure(self.points)}分"

    def clean(self):
        errors = {}
        if self.item_id and not self.item.by_hand:
            errors["item"] = f"“{self.item.name}”由系统算，不用人工评。"
        elif self.item_id and self.points is not None:
            least, most = self.item.least, self.item.most
            if not least <= self.points <= most:
                errors["points"] = f"“{self.item.name}”请填 {figure(least)} 到 {figure(most)} 分。"
        if self.item_id and self.on and (sentence := self.item.plan.outside(self.on)):
            errors["on"] = sentence
        if errors:
            raise ValidationError(errors)

    def take_back(self, by: User, reason: str) -> None:
        """撤回：记录还在，只补上撤回的日期、时间、人和理由。"""
        self.withdrawn_on, self.withdrawn_at = self.on, dates.now()
        self.withdrawn_by, self.withdrawal_reason = by, reason
        names = ["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"]
        self.save(update_fields=names)
