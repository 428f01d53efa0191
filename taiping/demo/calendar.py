"""演示的日子：每一步大致从哪天做到哪天、镇里哪几天集中核实、几点录入。全从方案的日期推出来。"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils import timezone

from plots.ledger.replay import is_check
from plots.models.deadlines import due_of
from tasks.models import Milestone

SEASON = 75  # 方案没写开始日期时，截止前这么多天开始做
YEAR_LONG = 210  # 连截止也没定的，按方案结束前这么多天
OVERLAP = 20  # 前一步截止前这么多天，手快的已经在做下一步
ROUNDS = (1, 4)  # 镇里集中核实的日子：周二、周五


@dataclass(frozen=True)
class Window:
    """一步的时段 starts_on…ends_on，和它的截止 due_on；clerk 是由镇里来录的，check 是最后的核实。"""

    milestone: Milestone
    starts_on: date
    ends_on: date
    due_on: date
    clerk: bool
    check: bool

    def day(self, share):
        """时段里走到 share（0–1）的那天。"""
        return self.starts_on + timedelta(days=int((self.ends_on - self.starts_on).days * share))


def windows(plan, milestones):
    """一项任务的时间节点（按顺序）→ [Window]；截止同一天的几步分时段先后做，前后交错。"""
    found, before = [], None
    for due_on, group in groupby(milestones, key=due_of):
        group = list(group)
        starts_on = _starts_on(plan, group[0], due_on, before)
        span = max((due_on - starts_on).days, 0)
        for place, milestone in enumerate(group):
            found.append(
                Window(
                    milestone,
                    starts_on
                    + timedelta(days=max(span * (10 * place - 3) // (10 * len(group)), 0)),
                    starts_on
                    + timedelta(days=min(span * (10 * place + 14) // (10 * len(group)), span)),
                    due_on,
                    milestone.actor != Milestone.Actor.VILLAGE,
                    is_check(milestone, milestones),
                )
            )
        before = due_on
    return found


def _starts_on(plan, milestone, due_on, before):
    if milestone.starts_on:
        wanted = milestone.starts_on
    elif before:
        wanted = before - timedelta(days=OVERLAP)
    else:
        wanted = due_on - timedelta(days=SEASON if milestone.due_on else YEAR_LONG)
    return min(max(wanted, plan.starts_on), plan.ends_on)


def handed_down(plan, found):
    """这批图斑下发的时刻：从方案开始到第一步动手，走了六成的那个工作日上午。"""
    first = found[0].starts_on if found else plan.ends_on
    day = plan.starts_on + timedelta(days=int((first - plan.starts_on).days * 0.6))
    while day.weekday() > 4 and day < first:
        day += timedelta(days=1)
    return moment(day, time(10, 20))


def moment(day, at):
    return timezone.make_aware(datetime.combine(day, at))


def is_holiday(day):
    return day.weekday() > 4 or (day.month == 10 and day.day <= 7)


def office_day(day, *, earliest, latest, only=range(5)):
    """镇里办事的日子：day 或以后最近的工作日（only 是周几）；过了 latest 就往回找，不早于 earliest。"""
    found = day
    while is_holiday(found) or found.weekday() not in only:
        found += timedelta(days=1)
    if found <= latest:
        return found
    found = latest
    while is_holiday(found) and found > earliest:
        found -= timedelta(days=1)
    return max(found, earliest)


def working_time(day, rng, after=None):
    """day 这天上班时间里的一个时刻（8:30–12:00、14:00–18:00）；after 是同一块图斑上一次录入的时刻。"""
    minutes = rng.choice((8 * 60 + 30 + rng.randrange(210), 14 * 60 + rng.randrange(240)))
    at = moment(day, time(minutes // 60, minutes % 60))
    if after is None or at > after:
        return at
    at = after + timedelta(minutes=6 + rng.randrange(30))
    if timezone.localtime(at).hour < 18:
        return at
    following = office_day(after.date() + timedelta(days=1), earliest=day, latest=date.max)
    return moment(following, time(8, 30 + rng.randrange(25)))
