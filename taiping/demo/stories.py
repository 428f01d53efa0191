"""一块图斑的一年：照着时段排出一串要办的事，谁办、哪天办、什么时候录入。只排，不办。"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from taiping.demo import words
from taiping.demo.calendar import ROUNDS, office_day, working_time
from taiping.demo.sizes import CENT

VILLAGE, CLERK, CHECKER, LEADER = "village", "clerk", "checker", "leader"
PRAISED, ORDINARY, BEHIND = "praised", "ordinary", "behind"  # 村的样子：带头的、一般的、拖后的


@dataclass(frozen=True)
class Event:
    """要办的一件事：at 录入，on 完成；key 是图斑，given 是动作的其他参数。"""

    at: datetime
    key: str
    verb: str
    by: str
    on: date
    given: dict = field(default_factory=dict)


class Story:
    """key 的一串事，日期只往后走。said 是用哪套话，manner 是村的样子，late_from 是从第几步开始误期（None 都按期）。"""

    def __init__(
        self,
        key,
        windows,
        plan,
        area_mu,
        rng,
        *,
        said=words.FIELDS,
        manner=ORDINARY,
        late_from=None,
        begins_on=None,
    ):
        self.key, self.windows, self.plan, self.area_mu, self.rng = key, windows, plan, area_mu, rng
        self.said, self.manner, self.late_from = said, manner, late_from
        self.last_on = begins_on or plan.starts_on
        self.last_at = None
        self.events = []
        self.reported = {}  # 第几步 → 报完的日子
        self.by_clerk = False  # 有没有镇里录的上报，有就要换一个人核实

    def add(self, verb, by, on, lag=0, **given):
        """排一件事；不早于上一件。录入拖到方案结束以后的，赶在最后一天录。返回完成日期。"""
        on = max(on, self.last_on)
        at = working_time(
            min(on + timedelta(days=lag), max(on, self.plan.ends_on)), self.rng, self.last_at
        )
        self.events.append(Event(at, self.key, verb, by, on, given))
        self.last_on, self.last_at = on, at
        return on

    def lag(self):
        return self.rng.choice((0, 0, 0, 1, 1, 2))

    def day_of(self, place):
        """第几步哪天做：按期的落在时段里，越近截止越多；误期的落在截止以后；都给后面的步骤留出日子。"""
        window, rng = self.windows[place], self.rng
        late = place == self.late_from
        if late:
            on = window.due_on + timedelta(
                days=rng.randint(9, 36) if self.manner == BEHIND else rng.randint(2, 17)
            )
        else:
            share = rng.random()
            on = window.day(share * 0.55 if self.manner == PRAISED else share**0.4)
        room = self.plan.ends_on - timedelta(days=3 * (len(self.windows) - 1 - place))
        on = max(min(on, room), self.last_on)
        if place and not late:
            on = max(
                on,
                min(
                    self.last_on + timedelta(days=rng.randint(2, 9)),
                    max(window.due_on, self.last_on),
                ),
            )
        on = min(on, max(room, self.last_on))
        if window.clerk:
            latest = window.due_on if on <= window.due_on else self.plan.ends_on
            on = office_day(
                on, earliest=self.last_on, latest=latest, only=ROUNDS if window.check else range(5)
            )
        return on

    def step(self, place, **given):
        """第几步报完（最后的核实就是核实通过）；on、lag 可以指定。"""
        window = self.windows[place]
        on = given.pop("on", None) or self.day_of(place)
        if window.check:
            self.reported[place] = self.add(
                "confirm", CHECKER if self.by_clerk else self.anyone(), on
            )
            return
        by = CLERK if window.clerk else VILLAGE
        self.by_clerk = self.by_clerk or window.clerk
        lag = given.pop("lag", None)
        self.reported[place] = self.add(
            "report",
            by,
            on,
            lag=lag if lag is not None else 0 if window.clerk else self.lag(),
            step=place,
            **given,
        )

    def anyone(self):
        return self.rng.choice((CLERK, CHECKER))

    def steps(self, start=0, stop=None):
        for place in range(start, len(self.windows) if stop is None else stop):
            self.step(place)

    def village_step(self):
        """村里办的第一步；没有就是 None。"""
        return next((place for place, window in enumerate(self.windows) if not window.clerk), None)

    def last_report(self):
        """核实前面的那一步；任务没有核实这一步就没有。"""
        checked = bool(self.windows) and self.windows[-1].check
        return len(self.windows) - 2 if checked and len(self.windows) > 1 else None

    def open_on(self, day, place):
        """那天第 place 步还没报完，也没有核减、暂缓、拆分。"""
        ended = any(e.verb in ("exempt", "defer", "split") and e.on <= day for e in self.events)
        return not ended and self.reported.get(place, date.max) > day

    def remark(self):
        """误了第一步、过几天还没动静的，领导督办一句；不影响别的日子。"""
        if not self.windows:
            return
        window = self.windows[0]
        day = window.due_on + timedelta(days=self.rng.randint(3, 7))
        day = office_day(day, earliest=day, latest=date.max)
        if self.open_on(day, 0) and day <= self.plan.ends_on:
            at = working_time(day, self.rng)
            self.events.append(
                Event(at, self.key, "remark", LEADER, day, {"note": self.rng.choice(words.REMARKS)})
            )

    # 下面每一种是一个写法：从头到尾怎么走。

    def plain(self):
        self.steps()

    def untouched(self):
        """一直没动。"""

    def stopped(self):
        """只差最后一步。"""
        self.steps(stop=max(len(self.windows) - 1, 0))

    def partial(self):
        """村里的第一步分两次报。"""
        place = self.village_step()
        if place is None:
            return self.steps()
        self.steps(stop=place)
        before, on = self.last_on, self.day_of(place)
        first = max(before, on - timedelta(days=self.rng.randint(6, 13)))
        part = (self.area_mu * self.rng.randint(40, 70) / 100).quantize(CENT)
        if 0 < part < self.area_mu:
            self.add(
                "report",
                VILLAGE,
                first,
                step=place,
                area_mu=part,
                note="先做完一部分，余下的抢晴天。",
            )
        self.step(place, on=on)
        return self.steps(start=place + 1)

    def half(self):
        """村里的第一步报了一部分就停了。"""
        place = self.village_step()
        if place is None:
            return
        self.steps(stop=place)
        part = (self.area_mu * Decimal("0.6")).quantize(CENT)
        if 0 < part < self.area_mu:
            self.add(
                "report",
                VILLAGE,
                self.day_of(place),
                step=place,
                area_mu=part,
                note="剩下的等农机。",
            )

    def short(self):
        """村里的第一步没做满，说就这么多。"""
        place = self.village_step()
        if place is None:
            return self.steps()
        self.steps(stop=place)
        less = (self.area_mu * Decimal("0.94")).quantize(CENT)
        self.step(
            place, area_mu=less or self.area_mu, completes=True, note="田坎和便道不能种，没有算。"
        )
        return self.steps(start=place + 1)

    def together(self):
        """前面村里的几步一张表报上来。"""
        places = [
            place
            for place, window in enumerate(self.windows)
            if not window.clerk and not window.check
        ]
        if places != list(range(len(places))) or len(places) < 2:
            return self.steps()
        self.step(places[-1], on=self.day_of(0))
        self.reported.update(dict.fromkeys(places, self.last_on))
        return self.steps(start=len(places))

    def backfilled(self):
        """村里的第一步早就做了，过了一两个星期才补录。"""
        place = self.village_step()
        if place is None:
            return self.steps()
        self.steps(stop=place)
        self.step(place, lag=self.rng.randint(9, 19))
        return self.steps(start=place + 1)

    def returned(self, back=None):
        """报齐以后被退回，重做重报，再核实。"""
        last = self.last_report()
        if last is None or self.windows[last].clerk:
            return self.steps()
        manner, self.manner = self.manner, PRAISED  # 报得早才来得及退
        self.steps(stop=last + 1)
        self.manner = manner
        day = self.last_on + timedelta(days=self.rng.randint(2, 6))
        day = office_day(day, earliest=day, latest=date.max)
        to = last if back is None else back
        self.add(
            "send_back",
            CHECKER if self.by_clerk else self.anyone(),
            day,
            step=to,
            reasons=self.rng.random(),
            note=self.rng.choice(words.RETURNS),
        )
        again = self.last_on + timedelta(days=self.rng.randint(4, 10))
        self.step(last, on=again, note="已按退回意见补齐。")
        return self.steps(start=last + 1)

    def redone(self):
        """退回到村里的第一步，重做以后几步一起报。"""
        place, last = self.village_step(), self.last_report()
        if (
            place is None
            or last is None
            or any(window.clerk for window in self.windows[place : last + 1])
        ):
            return self.returned()
        return self.returned(back=place)

    def exempt(self):
        """核查下来没有问题。"""
        self.add("exempt", self.anyone(), self._early(), note=self.rng.choice(self.said.exempt))

    def deferred(self):
        """暂不具备整改条件，到年底也没恢复。"""
        self.add("defer", self.anyone(), self._early(), note=self.rng.choice(self.said.defer))

    def resumed(self):
        """暂缓了一阵，恢复以后做完。"""
        self.deferred()
        day = self.last_on + timedelta(days=self.rng.randint(18, 35))
        self.add(
            "resume",
            self.anyone(),
            office_day(day, earliest=day, latest=date.max),
            note="条件具备了，恢复整改。",
        )
        self.steps()

    def recoded(self):
        """编号抄错，更正以后照常办。"""
        self.add(
            "amend", CLERK, self._early(0.1), reason="编号抄错一位，按下发表更正。", code=self.key
        )
        self.steps()

    def _early(self, share=None):
        window = self.windows[0]
        day = max(window.day(self.rng.uniform(0.2, 0.8) if share is None else share), self.last_on)
        return office_day(day, earliest=self.last_on, latest=self.plan.ends_on)
