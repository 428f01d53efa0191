"""镇工作人员每天早上要办的：一样一个数、最早的一个、点一下就去办。只读，不写。"""

import datetime
from dataclasses import dataclass, field

from django.db.models import Count, Exists, Max, Min, OuterRef, Q

from plots.ledger import queues
from plots.models import Batch, Patch
from plots.models.checks import GeometryCheck
from plots.models.deadlines import later_of, local_date
from taiping.progress.progress import plan_progress
from taiping.progress.village_readings import VillageReading, late_by_village
from tasks.models import Milestone, Plan, Target
from villages.models import Posting, Role, User, Village

RECENT_DAYS = 30  # 一个月以前传上来没导入的，多半不要了
SHOWN_IMPORTS = 5
LISTED = ("name", "created_at", "applied_at", "counts", "target__name", "by__name", "by__username")
OLD_DAYS = 30  # 监测一个月没有新数的，提醒录一次


@dataclass
class Waiting:
    """等着核实的：一共几个，其中退回以后又报的几个，各自最早哪天报齐。"""

    count: int
    oldest: datetime.date | None
    again: int
    again_oldest: datetime.date | None


def waiting(user: User) -> Waiting:
    queue = queues.awaiting(user).order_by().annotate(is_again=Exists(queues.returns()))
    is_again = Q(is_again=True)
    found = queue.aggregate(
        count=Count("pk"),
        oldest=Min("reported_at"),
        again=Count("pk", filter=is_again),
        again_oldest=Min("reported_at", filter=is_again),
    )
    user.awaiting_count = found["count"]  # 菜单上的也是它，不再数
    days = {name: found[name] and local_date(found[name]) for name in ("oldest", "again_oldest")}
    return Waiting(**{**found, **days})


def unfinished_imports(today: datetime.date) -> list[Batch]:
    """一个月里传上来、看过预览、没有导入的，新的在前；后来同名的文件导入过的不算。多查一份，好知道还有没有。"""
    since = today - datetime.timedelta(days=RECENT_DAYS)
    recent = Batch.objects.filter(created_at__date__gte=since).order_by("-created_at")
    recent = recent.select_related("target", "by").only(*LISTED)
    imported, left = set(), []
    for batch in recent:
        if batch.applied_at:
            imported.add((batch.target_id, batch.name))
        elif (batch.target_id, batch.name) not in imported:
            left.append(batch)
    return left[: SHOWN_IMPORTS + 1]


def checks_to_see(user: User) -> int:
    """图形检查那一页列着几处。"""
    return GeometryCheck.objects.visible_to(user).standing().once().count()


@dataclass
class Late:
    """一个村逾期的：几个、最久的是哪天截止的、该找谁。village 空的是镇里、区里该办的。"""

    count: int
    due_on: datetime.date
    actor: str
    village: Village | None = None
    people: list[User] = field(default_factory=list)

    def days(self, today: datetime.date) -> int:
        return (today - self.due_on).days


def overdue(user: User, plan: Plan | None, today: datetime.date) -> list[Late]:
    """看的这份方案里逾期的：先是村该办的，一个村一行，个数多的在前；再是镇里、区里该办的，各一行。"""
    late = Patch.objects.visible_to(user).filter(target__plan=plan).overdue(today).order_by()
    step = [f"next_milestone__{name}" for name in ("actor", "due_on")]
    counted = late.values_list("village", *step, "due_on").annotate(Count("pk"))
    villages = {village.pk: village for village in Village.objects.visible_to(user)}
    people, found = people_of(villages), {}
    for pk, actor, due, own, count in counted:
        due = later_of(due or plan.ends_on, own)
        of_village = (villages[pk], people.get(pk, [])) if actor == Milestone.Actor.VILLAGE else ()
        row = found.setdefault((actor, *of_village[:1]), Late(0, due, actor, *of_village))
        row.count, row.due_on = row.count + count, min(row.due_on, due)
    rows = sorted((row for row in found.values() if row.village), key=_worst_first)
    rest = [row for row in found.values() if not row.village]
    return rows + sorted(rest, key=lambda row: row.actor, reverse=True)


def _worst_first(row):
    return -row.count, row.due_on, row.village.order


def people_of(villages: dict[int, Village]) -> dict[int, list[User]]:
    """各村找谁：包这个村的账号，村支部书记在前；电话账号上有才有。"""
    found = {}
    postings = Posting.objects.filter(village__in=villages, user__is_active=True)
    for posting in postings.select_related("user").order_by("user__name", "pk"):
        found.setdefault(posting.village_id, []).append(posting.user)
    for users in found.values():
        users.sort(key=lambda user: user.role != Role.SECRETARY)
    return found


@dataclass
class OldReading:
    """好久没有新数的一项监测；last_on 空的是还没有录过。"""

    target: Target
    last_on: datetime.date | None
    days: int | None


def targets_of(plan: Plan | None, today: datetime.date) -> list[Target]:
    """方案的任务，一次查询：last_on 是最近一次监测的日期，has_past 是有村该做的步过了截止。"""
    standing = Q(readings__withdrawn_at__isnull=True, readings__on__lte=today)
    past = Milestone.objects.filter(
        target=OuterRef("pk"), actor=Milestone.Actor.VILLAGE, due_on__lt=today
    )
    found = Target.objects.filter(plan=plan).annotate(
        last_on=Max("readings__on", filter=standing), has_past=Exists(past)
    )
    return list(found.order_by("order", "pk"))


def old_readings(
    plan: Plan | None, targets: list[Target], today: datetime.date
) -> list[OldReading]:
    """方案开始以后，靠监测量的任务里一个月没有新数的，久的在前。"""
    if plan is None or plan.starts_on > today:
        return []
    rows = []
    for target in targets:
        if target.by_patches:
            continue
        days = (today - target.last_on).days if target.last_on else None
        if days is None or days > OLD_DAYS:
            rows.append(OldReading(target, target.last_on, days))
    return rows


@dataclass
class LateReadings:
    """一个村该做、过了截止的监测任务：逾期的，和还没有报数的；该找谁。"""

    village: Village
    cells: list[VillageReading]
    people: list[User]


def late_readings(
    plan: Plan | None, targets: list[Target], today: datetime.date
) -> list[LateReadings]:
    """监测的任务逾期、没报数的村，多的在前；没有一步过了截止的方案不去算。"""
    if not any(target.has_past and not target.by_patches for target in targets):
        return []
    found = late_by_village(plan_progress(plan, today))
    people = people_of({village.pk: village for village, _ in found})
    return [LateReadings(village, cells, people.get(village.pk, [])) for village, cells in found]
