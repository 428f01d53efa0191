"""查询：哪些图斑看得见、算数、逾期，哪些记录在某天有效。"""

import datetime

from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Cast, Coalesce, Greatest

from plots.models.deadlines import end_of_day
from taiping.ground.codes import code_key, visible
from tasks.models import Milestone
from tasks.models.question import DONE, RECORDED
from villages.models import User, within_sight

CLOSED_STATUSES = ("CLOSED", "EXEMPT")
NOT_PRESSED = (*CLOSED_STATUSES, "DEFERRED")  # 不再催办的：已了结的和暂缓的


def lasting(
    on: datetime.date, basis: str, *, done: tuple[str, str] | None, recorded: tuple[str, str]
) -> Q:
    """某天还在：done、recorded 各给一对（起、止）字段名，起不晚于那天，止为空或晚于那天；起为空算一直有。"""
    if basis == RECORDED:
        start, end = recorded
        last = end_of_day(on)
        return Q(**{f"{start}__lt": last}) & (
            Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": last})
        )
    start, end = done
    # 写“不晚于”而不写“早于或等于”：SQLite 3.40 在前面还有 IN 时会把 <= 之外的行也找出来（ANALYZE 以后）。
    return ~Q(**{f"{start}__gt": on}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": on}))


def counted(on: datetime.date, basis: str = DONE) -> Q:
    """某天算数的图斑，规矩见 PatchQuerySet.counting。"""
    if basis == RECORDED:
        return lasting(on, RECORDED, done=None, recorded=("created_at", "until_at"))
    begun = Q(since_on__isnull=True) | Q(since_on__lte=on)
    return begun & (Q(until_on__isnull=True) | Q(until_on__gt=on))


def due_on(path: str = "") -> Coalesce:
    """截止日期，写在查询里；方案没定截止日期的按方案结束日期。path 是怎么走到时间节点，如“next_milestone__”。"""
    return Coalesce(F(f"{path}due_on"), F(f"{path}target__plan__ends_on"))


def next_due_on() -> Case:
    """图斑下一步的截止日期，写在图斑的查询里：反弹另定的截止日期更晚的以它为准；没有下一步的是空。"""
    due = due_on("next_milestone__")
    # 空的和日期比大小，PostgreSQL 取日期，SQLite 取空：分开写，两边一样
    later = Coalesce(Greatest(due, F("due_on")), due)
    return Case(When(next_milestone__isnull=False, then=later))


def overdue_at(path: str = "") -> Q:
    """做得比截止晚的记录，写在记录的查询里；path 是怎么走到时间节点，记录自己带着反弹另定的截止日期。"""
    later_than_own = Q(due_on__isnull=True) | Q(done_on__gt=F("due_on"))
    return Q(done_on__gt=due_on(path)) & later_than_own


def steps_due(before: datetime.date) -> models.QuerySet[Milestone]:
    """截止日期早于某天的时间节点；方案没定截止日期的按方案结束日期。"""
    return Milestone.objects.filter(
        Q(due_on__lt=before) | Q(due_on__isnull=True, target__plan__ends_on__lt=before)
    )


def late_next(before: datetime.date) -> Q:
    """下一步的截止早于某天的图斑；反弹另定的截止日期还没过的不算。"""
    own_past = Q(due_on__isnull=True) | Q(due_on__lt=before)
    return Q(next_milestone__in=steps_due(before)) & own_past


def found_at(axis: str) -> Cast:
    """发现时手机的经度（lon）或纬度（lat），和图形的外接框一样是小数。"""
    return Cast(f"found_{axis}", models.FloatField())


class PatchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PatchQuerySet":
        return within_sight(self, user, "village")

    def about(self, words: str) -> "PatchQuerySet":
        """编号、小地名、承包人里含这些字的；空格隔开的每一段都要含，空的是全部。台账、我的任务用同一种找法。

        编号按可比的写法找：全角半角、哪一种横线、大小写都不碍事，早先存的也一样。
        """
        found = self
        for word in visible(words).split():
            code = code_key(word)
            about = Q(place__icontains=word) | Q(contractor__icontains=word)
            found = found.filter(about | Q(code_key__contains=code) if code else about)
        return found

    def with_steps(self) -> "PatchQuerySet":
        """带好任务、村和下一步：看编号、截止日期、还有几天都不再查（下一步从 patch.step 拿）。"""
        return self.select_related("target__plan", "village", "next_milestone")

    def placed(self) -> "PatchQuerySet":
        """带上图斑的中心 lat、lon（度）：图形的中间，没有图形的是发现时手机的位置；都没有的是 None。"""
        lat = (F("shape__min_lat") + F("shape__max_lat")) / 2
        lon = (F("shape__min_lon") + F("shape__max_lon")) / 2
        return self.annotate(lat=Coalesce(lat, found_at("lat")), lon=Coalesce(lon, found_at("lon")))

    def counting(self, on: datetime.date, basis: str = DONE) -> "PatchQuerySet":
        """某天算数的图斑：拆分、结转、移出的从那天起不算，拆出来的、结转来的从那天起才算。"""
        return self.filter(counted(on, basis))

    def current(self) -> "PatchQuerySet":
        """还在算的：没有拆分、结转、移出的。"""
        return self.filter(until_on__isnull=True)

    def open(self) -> "PatchQuerySet":
        """还没了结的：没有销号、没有核减，没有拆分、结转、移出；暂缓的也算没了结。"""
        return self.filter(~Q(status__in=CLOSED_STATUSES), until_on__isnull=True)

    def overdue(self, today: datetime.date) -> "PatchQuerySet":
        """下一步已过截止日期、又没有暂缓的。"""
        return self._pressed_before(today)

    def due_within(self, days: int, today: datetime.date) -> "PatchQuerySet":
        """下一步从今天起 days 天内（含今天）截止的，不含已逾期。"""
        coming = self._pressed_before(today + datetime.timedelta(days=days + 1))
        return coming.exclude(late_next(today))

    def _pressed_before(self, day: datetime.date) -> "PatchQuerySet":
        return self.open().exclude(status__in=NOT_PRESSED).filter(late_next(day))


class RecordQuerySet(models.QuerySet):
    def effective(self, on: datetime.date, basis: str = DONE) -> "RecordQuerySet":
        """某天有效的记录：那天已完成（或已录入）、还没有被撤回。"""
        return self.filter(
            lasting(
                on,
                basis,
                done=("done_on", "withdrawn_on"),
                recorded=("created_at", "withdrawn_at"),
            )
        )

    def moved_after(self, on: datetime.date, basis: str = DONE) -> "RecordQuerySet":
        """某天以后才办（录入）的，或者才撤回的：没有这样的记录的图斑，那天的现状就是现在的。"""
        if basis == RECORDED:
            last = end_of_day(on)
            return self.filter(Q(created_at__gte=last) | Q(withdrawn_at__gte=last))
        return self.filter(Q(done_on__gt=on) | Q(withdrawn_on__gt=on))

    def standing(self) -> "RecordQuerySet":
        """至今没有被撤回的。"""
        return self.filter(withdrawn_at__isnull=True)

    def visible_to(self, user: User) -> "RecordQuerySet":
        return within_sight(self, user, "patch__village")
