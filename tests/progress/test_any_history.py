"""任意一段历史：每一天、两种口径，进度的每个数都和另算一遍的一样；台账对得上；录入过的日子后来不变。

平时每种只走几段、隔几天看一天；HISTORY_EXAMPLES=200 就走 200 段、每天都看，HISTORY_SHRINK=1 找到错以后缩到最短。
"""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from plots.ledger.replay import all_differences
from taiping.progress.progress import plan_progress
from tests.progress.test_naive_progress import never_contradicts
from tests.worlds.any_town import DUE, FIRST, AnyTown
from tests.worlds.history import IS_LONG, PLAN_CHANGES, any_history, few
from tests.worlds.replay.agree import BASES, agree, deeds_agree, differences, statuses_agree
from tests.worlds.replay.deeds import State
from tests.worlds.replay.told import told
from tests.worlds.replay.town import ReplayTown


def days_of(history):
    """这段历史里要看的日子：长跑每天看，平时隔四天；时限后一天、末了以后再看一天。"""
    last = history.clock.day
    apart = 1 if IS_LONG else 4
    days = {FIRST + timedelta(days=number) for number in range(0, (last - FIRST).days + 2, apart)}
    days |= {due + timedelta(days=1) for due in DUE if due}
    return sorted(days | {last, last + timedelta(days=20), last + timedelta(days=150)})


class Past:
    """录入过的日子：一天过去，就把那天按录入日期的数记下，末了再看变没变。"""

    def __init__(self, plans):
        self.plans, self.days = plans, {}

    def seen(self, plan, day):
        return told(plan_progress(plan, day, "recorded"))

    def after(self, history, name):
        """每办成一件以后。方案变了、整批导入撤回了，过去照新的算。"""
        yesterday = history.clock.day - timedelta(days=1)
        again = []
        if name in PLAN_CHANGES:
            again = list(self.days)
        elif name == "undo":
            again = [key for key in self.days if key[1] >= history.undone_from]
        new = [(plan, yesterday) for plan in self.plans if (plan, yesterday) not in self.days]
        for plan, day in [*again, *new]:
            self.days[plan, day] = self.seen(plan, day)

    def changes(self):
        return [
            line
            for (plan, day), before in self.days.items()
            for line in differences(self.seen(plan, day), before, (str(plan), str(day)))
        ]


class AnyHistory(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.town = AnyTown()

    def walk(self, data, **weights):
        plans = self.town.plan, self.town.new
        past = Past(plans)
        history = any_history(self.town, data, weights, past.after)
        wrong = [f"{patch.target.code} {patch}：{words}" for patch, words in all_differences()]
        wrong += past.changes()
        assert not wrong, "\n".join([*wrong, *history.told])
        for plan in plans:
            self.agree_every_day(ReplayTown(plan, history.places), history)

    def agree_every_day(self, town, history):
        stories = history.diary.stories
        wrong = statuses_agree(town, stories)
        for on in days_of(history):
            for basis in BASES:
                wrong += [f"{on} {basis} {line}" for line in deeds_agree(town, stories, on, basis)]
        assert not wrong, "\n".join([str(town.plan), *wrong, *history.told])
        for on in days_of(history):
            for basis in BASES:
                agree(town, on, basis, town.villages[0], history.told)
                progress = agree(town, on, basis, None, history.told)
                for figures in progress.targets:
                    if figures.target.by_patches:
                        where = figures.target.code, on, basis, history.told
                        never_contradicts(figures, where)

    @few(3)
    @given(st.data())
    def test_work_and_corrections(self, data):
        self.walk(data, deed=40, take_back=6)

    @few(3)
    @given(st.data())
    def test_plans_that_change_under_way(self, data):
        self.walk(data, deed=30, insert_step=4, move_due=4)

    @few(3)
    @given(st.data())
    def test_carried_into_the_next_plan(self, data):
        self.walk(data, deed=20, carry=3)

    @few(3)
    @given(st.data())
    def test_files_and_readings(self, data):
        self.walk(data, deed=10, **{"import": 5}, undo=2, read=5, unread=2)


def test_the_replay_of_deeds_itself_tells_a_known_story():
    """演一遍的本身也要看一眼：报了、退了、又报小了、核实了，面积改大，要重新核实。"""
    state = State([("replant", "VILLAGE"), ("evidence", "VILLAGE"), ("check", "TOWN")], Decimal(10))
    for step in state.steps_to_report("evidence"):
        state.report(step)
    state.send_back("replant")
    assert state.status() == ("RETURNED", "replant")
    state.report("replant", Decimal(3), completes=True)
    state.report("evidence")
    state.confirm()
    assert state.status() == ("CLOSED", None)
    state.relapse("evidence")
    state.report("evidence")
    state.confirm()
    assert list(state.figures()[0].values()) == [3, 3, 3]
    state.send_back()
    state.relapse()
    state.report("replant")
    state.amend(Decimal(12))
    assert list(state.figures()[0].values()) == [10, 0, 0]
    assert state.status() == ("UNDERWAY", "replant")
