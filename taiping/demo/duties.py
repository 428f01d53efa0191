"""演示的常态工作：要求了几次的一期一期做，没有要求的隔一阵记一次；巡查发现两处问题，添加成图斑；写法在表里。"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from plots.ledger.replay import settle
from plots.models import Patch
from taiping.demo.table import Spread, table
from taiping.demo.timelines import moment
from tasks.models import Duty, DutyEntry
from tasks.models.duty_periods import Every, period_at
from villages.models import Posting, Role, User, Village

FIRST = 20  # 方案开始后多少天里记第一次
OFFICE_HOUR = 16 * 60
CODE = "演示-巡-{:02d}"
BEHIND, USUAL = 35, 6  # 百分之几的期里漏了：排在最前的村，别的


def load(now: datetime) -> int:
    """造到 now 为止的履职记录，返回条数。"""
    staff = User.objects.filter(is_demo=True, role=Role.STAFF).order_by("username").first()
    postings = Posting.objects.filter(user__is_demo=True, user__role=Role.SECRETARY)
    secretaries = {row.village_id: row.user for row in postings.select_related("user")}
    villages, rows = list(Village.objects.all()), []
    for number, duty in enumerate(Duty.objects.select_related("plan", "problem_target"), 1):
        spread = Spread(number)
        for place, village in enumerate(villages if duty.by_villages else [None]):
            by = secretaries.get(village.pk) if village else staff
            if duty.required and duty.every != Every.NONE:
                missed = BEHIND if duty.by_villages and not place else USUAL
                rows += _each_period(duty, village, by, missed, spread, now)
            else:
                rows += _entries(duty, village, by, spread, now)
    made = DutyEntry.objects.bulk_create(rows)
    return len(made) + _problems(villages, secretaries, now)


def _entries(duty, village, by, spread, now):
    """一个村（镇里）的一项工作，从方案开始到 now。"""
    how = _how(duty)
    on = duty.plan.starts_on + timedelta(days=spread.between(1, FIRST))
    place = spread.between(0, len(how["words"]) - 1)
    while on <= duty.plan.ends_on and moment(on, OFFICE_HOUR) <= now:
        given = {"count": spread.between(*how["count"]), "words": how["words"][place]}
        yield _entry(duty, village, by, on, **given)
        place = (place + 1) % len(how["words"])
        on += timedelta(days=spread.between(*how["every"]))


def _each_period(duty, village, by, missed, spread, now):
    """要求了几次的：一期一次做够；missed 是百分之几的期里漏了。"""
    words, place, day = _how(duty)["words"], 0, duty.plan.starts_on
    while day <= duty.plan.ends_on and moment(day, OFFICE_HOUR) <= now:
        period = period_at(duty.every, day, duty.plan)
        length = (period.ends_on - period.starts_on).days
        on = period.starts_on + timedelta(days=spread.between(0, length))
        is_missed = spread.between(1, 100) <= missed
        if not is_missed and moment(on, OFFICE_HOUR) <= now:
            words_now = words[place % len(words)]
            yield _entry(duty, village, by, on, count=duty.required, words=words_now)
        place, day = place + 1, period.ends_on + timedelta(days=1)


def _how(duty):
    """表里的写法：先按代码找，没有的按由谁做。"""
    wanted = table()["duties"]
    return wanted.get(duty.code) or wanted[duty.who]


def _entry(duty, village, by, on, **given):
    at = moment(on, OFFICE_HOUR)
    return DutyEntry(duty=duty, village=village, on=on, by=by, created_at=at, is_demo=True, **given)


def _problems(villages, secretaries, now):
    """第一项会发现问题、由村里做的工作，发现了表里写的几处；添加成图斑，还没有整改。"""
    duty = Duty.objects.filter(problem_target__isnull=False, who=Duty.Who.VILLAGE).first()
    if duty is None or not villages:
        return 0
    found = 0
    for number, story in enumerate(table()["duties"]["problems"], 1):
        on = timezone.localdate(now) - timedelta(days=story["before"])
        if on < duty.plan.starts_on or on > duty.plan.ends_on:
            continue
        village = villages[number * 3 % len(villages)]
        by = secretaries.get(village.pk)
        given = {"count": 1, "words": story["words"], "problems": 1}
        entry = _entry(duty, village, by, on, **given)
        entry.save()
        settle(_patch(entry, CODE.format(number), story))
        found += 1
    return found


def _patch(entry, code, story):
    return Patch.objects.create(
        target=entry.duty.problem_target,
        village=entry.village,
        code=code,
        area_mu=Decimal(story["area"]),
        since_on=entry.on,
        found_on=entry.on,
        stopped_on=entry.on + timedelta(days=story["stopped"]),
        duty_entry=entry,
        created_at=entry.created_at,
        created_by=entry.by,
        is_demo=True,
    )


def clear() -> dict[str, int]:
    """由它们添加的演示图斑已经先清掉了。"""
    return {"履职记录": DutyEntry.objects.filter(is_demo=True).delete()[0]}
