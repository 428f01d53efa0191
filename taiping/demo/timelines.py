"""一块图斑的一年：照着表里的写法和任务的时段，一件一件定下谁办、哪天办、什么时候录入，交给 act 去办。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from plots.ledger.replay import is_check
from plots.models import Patch
from plots.models.deadlines import due_of
from taiping.demo.area_split import CENT
from taiping.demo.table import Spread, table
from tasks.models import Milestone, Plan

SEASON = 75  # 方案没写开始日期时，截止前这么多天开始做
YEAR_LONG = 210  # 连截止也没定的，按方案结束前这么多天
OVERLAP = 20  # 前一步截止前这么多天，手快的已经在做下一步
APART = 3  # 给后面每一步至少留这么多天
OFFICE, ROUNDS = (0, 1, 2, 3, 4), (1, 4)  # 镇里上班的日子；集中核实的日子，周二、周五
DAY = (40, 95)
VILLAGE, STAFF, SECOND = "village", "staff", "second"


@dataclass(frozen=True)
class Step:
    """任务的一步：从 starts_on 做到 due_on；is_check 是最后的核实。"""

    milestone: Milestone
    starts_on: date
    due_on: date
    is_check: bool

    @property
    def by_village(self) -> bool:
        return self.milestone.actor == Milestone.Actor.VILLAGE


def steps_of(plan: Plan, milestones: list[Milestone]) -> list[Step]:
    """一项任务的时间节点（按顺序）→ [Step]。"""
    steps, before = [], None
    for milestone in milestones:
        due_on = due_of(milestone)
        starts_on = milestone.starts_on
        if not starts_on and before and before < due_on:
            starts_on = before - timedelta(days=OVERLAP)
        elif not starts_on:
            starts_on = due_on - timedelta(days=SEASON if milestone.due_on else YEAR_LONG)
        starts_on = min(max(starts_on, plan.starts_on), due_on)
        steps.append(Step(milestone, starts_on, due_on, is_check(milestone, milestones)))
        before = due_on
    return steps


def handed_down(plan: Plan, steps: list[Step]) -> datetime:
    """这批图斑下发的时刻：从方案开始到第一步动手，走了六成的那个工作日上午。"""
    first = steps[0].starts_on if steps else plan.ends_on
    return moment(office_day(plan.starts_on + (first - plan.starts_on) * 3 // 5, first), 620)


def moment(day: date, minutes: int) -> datetime:
    """day 这天零点过 minutes 分。"""
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(minutes=minutes)


def office_day(day: date, latest: date, weekdays: tuple[int, ...] = OFFICE) -> date:
    """镇里办事的日子：day 或以后最近的（weekdays 是周几，国庆不算）；过了 latest 就还是 day。"""
    found = day
    while found.weekday() not in weekdays or (found.month == 10 and found.day <= 7):
        found += timedelta(days=1)
    return found if found <= latest else day


class NotYet(Exception):
    """这件事在将来，或在方案结束以后：这块图斑到此为止。"""


class Timeline:
    """图斑的一串事，日期只往后走。place 是眼下第几步，number 定轮到第几句话。

    一件事用 act(patch, 动作, 谁, on=完成日期, at=录入时刻, **动作的其他参数) 办；将来的事它抛 NotYet。
    """

    def __init__(self, patch: Patch, steps: list[Step], act: Callable, number: int):
        self.patch, self.steps, self.act = patch, steps, act
        self.plan, self.number, self.spread = patch.target.plan, number, Spread(number)
        self.place, self.last_on, self.last_at = 0, self.plan.starts_on, None
        self.staff_reported = False  # 有镇里录的上报，就要换一个人核实
        work = [step.by_village for step in steps if not step.is_check]
        first = work.index(True) if any(work) else 0
        self.stops = {"start": 0, "before": first - 1, "first": first}
        self.stops |= {"work": len(work) - 1, "end": len(steps) - 1}
        run = any(work) and all(work[first:])
        self.has = {"village": any(work), "run": run, "checked": run and len(work) < len(steps)}

    def tell(self, name: str) -> None:
        """照写法 name 办完；任务缺这个写法要的步骤，就按 steady。"""
        story = table()["stories"][name]
        if "needs" in story and not self.has[story["needs"]]:
            story = table()["stories"]["steady"]
        try:
            for item in story["steps"] if self.steps else ():
                verb = item.get("do")
                if verb:
                    self._act(verb, item)
                else:
                    self._report(item)
        except NotYet:
            return

    def _report(self, item):
        """一步一步报到 to；together 是从村里的第一步起一次报到 to。"""
        last = self.stops[item["to"]]
        alone = self.stops["first"] if item.get("together") else last
        while self.place < alone:
            self._step(self.place, {"day": item.get("day", DAY)})
        if self.place <= last:
            self._step(last, item)

    def _step(self, place, item):
        """从眼下这一步报到第 place 步；最后的核实就是核实通过。"""
        step, on = self.steps[place], self._day(item)
        if step.is_check:
            self._add("confirm", self._checker(), on)
            self.place = place + 1
            return
        given = {"step": step.milestone, "photos": item.get("photos", 0)}
        given["note"] = self._turn(item.get("note", [""]))
        if "share" in item:
            part = self.patch.area_mu * self.spread.between(*item["share"]) / 100
            given |= {"area_mu": part.quantize(CENT), "completes": item.get("completes", False)}
            if not 0 < given["area_mu"] < self.patch.area_mu:
                return  # 太小，分不出来
        lag = self.spread.between(*item.get("entered", (0, 2 if step.by_village else 0)))
        self._add("report", VILLAGE if step.by_village else STAFF, on, lag, **given)
        self.staff_reported |= not step.by_village
        if given.get("completes", True):
            self.place = place + 1

    def _act(self, verb, item):
        """上报、核实以外的动作。"""
        given = {name: self._turn(item[name]) for name in ("reason", "note") if name in item}
        if verb == "amend":
            given["code"] = self.patch.code[:-1]
        elif verb == "send_back":
            self.place = self.stops[item["to"]]
            given |= {"step": self._here().milestone, "reasons": [self._turn(item["reasons"])]}
        elif verb == "split":
            larger = (self.patch.area_mu * item["larger"] / 100).quantize(CENT)
            given["children"] = [
                {"code": f"{self.patch.code}-{part}", "area_mu": area}
                for part, area in enumerate((larger, self.patch.area_mu - larger), 1)
            ]
        on = office_day(self._day(item), self.plan.ends_on)
        if verb == "remark" and on <= self._here().due_on:
            return  # 还没误，不用督办
        by = item.get("by") or (self._checker() if verb == "send_back" else STAFF)
        self._add(verb, by, on, **given)
        for child in self.patch.children.order_by("code") if verb == "split" else ():
            part = Timeline(child, self.steps, self.act, self.number)
            part.last_on, part.last_at = self.last_on, self.last_at
            part.tell(item["then"])

    def _add(self, verb, by, on, lag=0, **given):
        """办一件事；录入不早于上一件，镇里的在工作日录；拖到方案结束以后的，赶在最后一天录。"""
        entered = max(min(on + timedelta(days=lag), self.plan.ends_on), on)
        if self.last_at:
            entered = max(entered, timezone.localdate(self.last_at))
        if by != VILLAGE:
            entered = office_day(entered, date.max)
        minutes = self.spread.between(0, 420)  # 8:30 到 12:00、14:00 到 17:30
        at = moment(entered, minutes + (510 if minutes < 210 else 630))
        if self.last_at:
            at = max(at, self.last_at + timedelta(minutes=self.spread.between(6, 10)))
        self.act(self.patch, verb, by, on=on, at=at, **given)
        self.last_on, self.last_at = on, at

    def _day(self, item):
        """这件事哪天做；不早于上一件，给后面的步骤留出日子；镇里的步骤在工作日，核实在集中的日子。"""
        step = self._here()
        if "after" in item:
            on = self.last_on + timedelta(days=self.spread.between(*item["after"]))
        elif "late" in item:
            on = step.due_on + timedelta(days=self.spread.between(*item["late"]))
        else:
            share = self.spread.between(*item.get("day", DAY))
            on = step.starts_on + (step.due_on - step.starts_on) * share // 100
            if self.last_at:
                soon = self.last_on + timedelta(days=self.spread.between(2, 9))
                on = max(on, min(soon, step.due_on))
        room = self.plan.ends_on - timedelta(days=APART * (len(self.steps) - 1 - self.place))
        on = max(min(on, room), self.last_on)
        if step.by_village:
            return on
        latest = step.due_on if on <= step.due_on else self.plan.ends_on
        return office_day(office_day(on, latest), latest, ROUNDS if step.is_check else OFFICE)

    def _here(self):
        return self.steps[min(self.place, len(self.steps) - 1)]

    def _checker(self):
        return SECOND if self.staff_reported or self.number % 2 else STAFF

    def _turn(self, texts):
        return texts[self.number % len(texts)]
