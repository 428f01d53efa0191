"""督办单和答复：写给哪个村、哪个组，要哪天前答复，谁答复了什么，什么时候办结。只增不改。"""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from plots.models.attachments import Attachment
from plots.models.deadlines import end_of_day
from plots.models.patches import Patch
from taiping.ground import dates
from taiping.ground.words import days_words
from tasks.models import Milestone, Plan, Target, WorkingGroup
from tasks.models.question import DONE, RECORDED
from tasks.models.withdrawing import (
    Withdrawable,
)
from villages.models import User, Village, within_sight


class OrderState(models.TextChoices):
    """督办单在某一天是什么样：每一张只算在一种里。"""

    UNANSWERED = "unanswered", "未答复"
    OVERDUE = "overdue", "超期"
    ANSWERED = "answered", "已答复待办结"
    CLOSED = "closed", "已办结"


OPEN_STATES = (OrderState.OVERDUE, OrderState.UNANSWERED, OrderState.ANSWERED)  # 急的在前
URGENCY = (*OPEN_STATES, OrderState.CLOSED)
DAY = datetime.timedelta(days=1)
# 哪种口径看哪几列：签发、撤回、办结、答复，写的都是从哪天、哪个时刻起
COLUMNS = {
    DONE: ("issued_on", "withdrawn_on", "closed_on", "replies__on"),
    RECORDED: ("created_at", "withdrawn_at", "closed_at", "replies__created_at"),
}


def ended(on: datetime.date, basis: str) -> datetime.date | datetime.datetime:
    """早于它的，那天（或那天系统里）已经有了。"""
    return end_of_day(on) if basis == RECORDED else on + DAY


def by_urgency(states: dict[int, OrderState], among: Iterable[str] = URGENCY) -> list[int]:
    """states（见 OrderQuerySet.states）里是 among 这些样子的主键，急的在前，同样急的答复日期早的在前。"""
    wanted = [pk for pk, state in states.items() if state in among]
    return sorted(wanted, key=lambda pk: URGENCY.index(states[pk]))


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "OrderQuerySet":
        """村支部书记只看发给自己村的；发给工作组的是镇里的事。"""
        return within_sight(self, user, "village")

    def states(self, on: datetime.date, basis: str = DONE) -> dict[int, OrderState]:
        """那天有效的每一张是什么样：{主键: 状态}，答复日期早的在前，一次查询；没有签发的、撤回了的不在里面。

        取出几列来判断：一份方案只有几十张，比每页让数据库里判断省得多。
        """
        end, found = ended(on, basis), {}
        rows = self.order_by().values_list("answer_by", "number", "pk", *COLUMNS[basis])
        for answer_by, _, pk, *days in sorted(rows, key=lambda row: row[:3]):
            state = _judged(days, end, answer_by < on)
            if state and found.get(pk) != OrderState.ANSWERED:  # 一次答复一行，有一次就是答复了
                found[pk] = state
        return found

    def counted(self, on: datetime.date, basis: str = DONE) -> dict[OrderState, int]:
        """那天各种状态有几张，一次查询；没有的不在里面。"""
        return Counter(self.states(on, basis).values())

    def open(self, on: datetime.date, basis: str = DONE) -> list[int]:
        """那天还没有办结的（主键），急的在前。"""
        return by_urgency(self.states(on, basis), OPEN_STATES)

    def taken(self, pks: Sequence[int], states: dict[int, OrderState]) -> list["SupervisionOrder"]:
        """照 pks 的先后取出来，带着 state（states 里没有的是 None）；一次查询，没有就不查。"""
        by_pk = self.in_bulk(pks)
        found = [by_pk[pk] for pk in pks if pk in by_pk]
        for order in found:
            order.state = states.get(order.pk)
        return found

    def told(self, on: datetime.date, basis: str = DONE) -> list["SupervisionOrder"]:
        """那天有效的，照编号，带着 state；said 是那天已经有的答复，先后为序。一共两次查询。"""
        end, (*columns, reply) = ended(on, basis), COLUMNS[basis]
        found, when = [], attrgetter(reply.removeprefix("replies__"))
        for order in self.with_names().prefetch_related("replies").order_by("number"):
            order.said = [one for one in order.replies.all() if when(one) < end]
            answered = when(order.said[0]) if order.said else None
            days = [*(getattr(order, name) for name in columns), answered]
            order.state = _judged(days, end, order.answer_by < on)
            if order.state:
                found.append(order)
        return found

    def with_names(self) -> "OrderQuerySet":
        """带好村、组、任务、时间节点和签发人。"""
        return self.select_related("plan", "village", "group", "target", "milestone", "by")


def _judged(days, end, is_late):
    """是什么样，全系统只在这里判断；days 照 COLUMNS 的先后，没有的是 None。那天没有签发、撤回了的是 None。"""
    issued, withdrawn, closed, answered = (day is not None and day < end for day in days)
    if not issued or withdrawn:
        return None
    if closed:
        return OrderState.CLOSED
    if answered:
        return OrderState.ANSWERED
    return OrderState.OVERDUE if is_late else OrderState.UNANSWERED


class SupervisionOrder(Withdrawable):
    """督办单：一张写给一个村或一个工作组，说的是一项任务、一步、几块图斑，或只有话；要在哪天前答复。"""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="orders", verbose_name="方案")
    number = models.PositiveIntegerField("编号")
    village = models.ForeignKey(
        Village, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村"
    )
    group = models.ForeignKey(
        WorkingGroup, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="工作组"
    )
    target = models.ForeignKey(
        Target, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="目标任务"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="时间节点"
    )
    patches = models.ManyToManyField(Patch, blank=True, related_name="orders", verbose_name="图斑")
    words = models.TextField("督办事项")
    issued_on = models.DateField("签发日期")
    answer_by = models.DateField("答复日期", help_text="要在这一天以前（含当天）答复。")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="签发人")
    created_at = models.DateTimeField("录入时间", default=dates.now)
    client_key = models.UUIDField("提交标识", null=True, blank=True, unique=True)
    closed_on = models.DateField("办结日期", null=True, blank=True, editable=False)
    closed_at = models.DateTimeField("办结录入时间", null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="办结人",
    )
    closing_words = models.CharField("办结意见", max_length=500, blank=True, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办单"
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="order_number_is_unique_in_plan",
                violation_error_message="这份方案里已经有这个编号的督办单。",
            ),
            models.CheckConstraint(
                condition=Q(village__isnull=False, group__isnull=True)
                | Q(village__isnull=True, group__isnull=False),
                name="order_is_to_a_village_or_a_group",
                violation_error_message="督办单写给一个村或一个工作组，只选一个。",
            ),
            models.CheckConstraint(
                condition=~Q(words=""),
                name="order_has_words",
                violation_error_message="请填督办事项。",
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gte=F("issued_on")),
                name="order_is_answered_after_issue",
                violation_error_message="答复日期不能早于签发日期。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_at__isnull=True, closed_by__isnull=True)
                | Q(
                    closed_on__isnull=False,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    closed_on__gte=F("issued_on"),
                ),
                name="order_closing_is_whole",
                violation_error_message="办结的日期、时间和人要么都有，要么都没有；不能早于签发日期。",
            ),
            models.CheckConstraint(
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
                    closed_at__isnull=True,
                ),
                name="order_withdrawal_is_whole",
                violation_error_message="撤回的日期、时间、人和理由要么都有，要么都没有；办结了的不撤回。",
            ),
        ]
        indexes = [models.Index(fields=["plan", "issued_on"], name="order_by_day")]

    def __str__(self):
        return f"督办单第 {self.number} 号"

    def clean(self):
        """说的事要在这份方案里；写给村的，图斑要是那个村的。"""
        if self.group_id and self.group.plan_id != self.plan_id:
            raise ValidationError({"group": "工作组要是这份方案里的。"})
        if self.target_id and self.target.plan_id != self.plan_id:
            raise ValidationError({"target": "目标任务要是这份方案里的。"})
        if self.milestone_id and self.milestone.target_id != self.target_id:
            raise ValidationError({"milestone": "时间节点要是这项任务的。"})

    @property
    def to(self) -> Village | WorkingGroup:
        """写给谁。"""
        return self.village if self.village_id else self.group

    @property
    def about(self) -> str:
        """说的是哪项任务、哪一步；只有话的是空。"""
        names = [each.name for each in (self.target, self.milestone) if each]
        return " · ".join(names)

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    def days_text(self, on: datetime.date) -> str:
        """离答复日期还有几天：“还有 3 天”“今天截止”“逾期 2 天”。"""
        return days_words((self.answer_by - on).days)


class OrderReply(models.Model):
    """答复：村里或镇工作人员代工作组写的，只添不改；on 是答复的那天。"""

    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, related_name="replies", verbose_name="督办单"
    )
    on = models.DateField("答复日期")
    words = models.TextField("答复")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="答复人")
    created_at = models.DateTimeField("录入时间", default=dates.now)
    files = models.ManyToManyField(
        Attachment, blank=True, related_name="+", verbose_name="照片和文件"
    )
    client_key = models.UUIDField("提交标识", null=True, blank=True, unique=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "督办单的答复"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(words=""),
                name="reply_has_words",
                violation_error_message="请填答复。",
            ),
        ]

    def __str__(self):
        return f"{self.order}的答复 {self.on}"
