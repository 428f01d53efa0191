"""照着先后把办的事演一遍：一块图斑眼下做了多少，只记眼下的数，不看记录、不看撤回。

Story 是一块图斑的全部的事；played(那天, 口径) 只演那天算数的，得出那天的样子。
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
CHECKED_BY = ("TOWN", "DISTRICT")


@dataclass
class Deed:
    """on 那天办的、entered 那天录入的一件事；gone 是撤回的那天。"""

    on: date
    entered: date
    verb: str
    words: dict = field(default_factory=dict)
    gone: date | None = None

    def counts(self, day, basis):
        """更正、插一步按完成日期看一直算数；插一步按录入日期看也一直算数。"""
        if self.verb == "insert":
            return True
        if basis == "done":
            return not self.gone and (self.verb == "amend" or self.on <= day)
        return self.entered <= day < (self.gone or date.max)


@dataclass
class Story:
    """steps 是开头的步骤 [(代码, 由谁做)]，area 是开头的面积（亩）。"""

    steps: list[tuple[str, str]]
    area: Decimal
    deeds: list[Deed] = field(default_factory=list)

    def played(self, day=date.max, basis="done"):
        state = State(self.steps, self.area)
        for deed in self.deeds:
            if deed.counts(day, basis):
                getattr(state, deed.verb)(**deed.words)
        return state

    def now(self):
        """录入到现在的。"""
        return self.played(date.max.replace(year=9000), "recorded")

    def take_back(self, today, *verbs):
        """撤回最后办的一笔：一张表单报了几步的，是最后那一步。"""
        deed = next(each for each in reversed(self.deeds) if each.verb not in ("remark", "insert"))
        assert deed.verb in (verbs or ("report", "confirm", "send_back")) and not deed.gone
        deed.gone = today


class State:
    """各步做了多少亩、完成没有、重来过几回；退回了等着重报、暂缓、核查无问题、不再算。"""

    def __init__(self, steps, area):
        self.steps, self.area = list(steps), area
        self.parts = [ZERO] * len(steps)
        self.done = [False] * len(steps)
        self.rounds = [0] * len(steps)
        self.own = [False] * len(steps)  # 有人报过的，不是随方案、随结转算做过的
        self.returned = self.deferred = self.exempted = False
        self.ended = None

    @property
    def codes(self):
        return [code for code, _ in self.steps]

    @property
    def has_check(self):
        """最后一步由镇里、区里认定。"""
        return len(self.steps) > 1 and self.steps[-1][1] in CHECKED_BY

    @property
    def pending(self):
        return self.done.index(False) if False in self.done else None

    def ceiling(self, place):
        """这一步最多能报多少：图斑面积，或前面说好只做这么多的。"""
        return min([self.area, *(self.parts[i] for i in range(place) if self.done[i])])

    def steps_to_report(self, code):
        """一张表单从下一步报到 code 这一步，各是哪几步；没有写就是下一步。"""
        last = self.pending if code is None else self.codes.index(code)
        return [self.codes[i] for i in range(self.pending, last + 1) if not self.done[i]]

    # 各种事

    def report(self, step, area=None, completes=False):
        place = self.codes.index(step)
        left = max(self.ceiling(place) - self.parts[place], ZERO)
        amount = left if area is None else min(area, left)
        self.parts[place] += amount
        self.done[place] = completes or amount == left
        self.own[place] = True
        self.returned = False

    def confirm(self):
        self.report(self.codes[-1])

    def send_back(self, step=None):
        reported = [i for i, part in enumerate(self.parts) if part or self.done[i]]
        if self.has_check:
            reported = [i for i in reported if i < len(self.steps) - 1]
        last = reported[-1] if reported else 0
        self.clear(last if step is None else self.codes.index(step))
        self.returned, self.exempted = True, False

    def relapse(self, step=None):
        self.clear(0 if step is None else self.codes.index(step))
        self.returned = False

    def exempt(self):
        self.clear()
        self.exempted, self.deferred = True, False

    def defer(self):
        self.deferred = True

    def resume(self):
        self.deferred = False

    def remark(self):
        pass

    def end(self, status):
        """拆分、结转、移出：从那天起不再算。"""
        self.clear()
        self.ended, self.exempted, self.deferred = status, False, False

    def clear(self, first=0):
        for place in range(first, len(self.steps)):
            self.parts[place], self.done[place], self.own[place] = ZERO, False, False
            self.rounds[place] += 1

    def amend(self, area):
        """面积只会让报过的变少：报满的跟着小；变大了报满的就没有报满，后面的从来没有报过。"""
        old, self.area = [self.ceiling(place) for place in range(len(self.steps))], area
        for place, before in enumerate(old):
            if place and not self.done[place - 1]:
                self.clear(place)
                return
            self._fit(place, before)

    def _fit(self, place, before):
        total, new = self.parts[place], self.ceiling(place)
        was_full = self.done[place] and total == before
        if was_full and new > total:
            self.done[place] = False
            if place == len(self.steps) - 1 and self.has_check:
                self.clear(place)  # 核实的是整块
            return
        self.parts[place] = min(total, new)
        if total and self.parts[place] == new:
            self.done[place] = True

    def insert(self, place, step, begun=None):
        """插一步：后面一步做完了的算做过；只做了一部分、到插的时候还没有做完的（begun 是那一回），也算。"""
        later = place < len(self.steps)
        is_done = later and self.done[place]
        is_begun = later and not is_done and begun == self.rounds[place] and self.parts[place] > 0
        area = self.parts[place] if is_done else self.ceiling(place) if is_begun else ZERO
        self.steps.insert(place, step)
        self.parts.insert(place, area)
        self.done.insert(place, bool(is_done or is_begun))
        self.rounds.insert(place, 0)
        self.own.insert(place, False)

    def carried(self, old):
        """从别的方案结转来：停在同样的一步，前面的算做过，各抄老的做了多少。"""
        done = {code for code, is_done in zip(old.codes, old.done, strict=True) if is_done}
        pending = old.codes[old.pending]
        undone = [code for code in self.codes if code not in done]
        landing = pending if pending in self.codes else [*undone, self.codes[-1]][0]
        amounts = dict(zip(old.codes, old.parts, strict=True))
        for place, code in enumerate(self.codes):
            if code == landing:
                break
            amount = amounts[code] if code in done else self.ceiling(place)
            self.parts[place], self.done[place] = min(amount, self.ceiling(place)), True
            self.own[place] = code in done and old.own[old.codes.index(code)]
        place = self.codes.index(landing)
        if landing not in done and amounts.get(landing, ZERO) < self.ceiling(place):
            self.parts[place] = amounts.get(landing, ZERO)
            self.own[place] = bool(self.parts[place])
        self.returned, self.deferred = old.returned, old.deferred

    # 那天的样子

    def figures(self):
        """(各步多少亩, 核减多少亩, 是不是暂缓)"""
        exempt = self.area if self.exempted else ZERO
        return dict(zip(self.codes, self.parts, strict=True)), exempt, self.deferred

    def status(self):
        if self.ended:
            return self.ended, None
        if self.exempted:
            return "EXEMPT", None
        if self.pending is None:
            return "CLOSED", None
        code = self.codes[self.pending]
        if self.deferred:
            return "DEFERRED", code
        if self.returned:
            return "RETURNED", code
        if self.has_check and self.pending == len(self.steps) - 1:
            return "AWAITING", code
        return ("UNDERWAY" if any(self.own) else "PENDING"), code
