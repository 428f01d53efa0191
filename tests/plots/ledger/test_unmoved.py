"""那天以后没有动过的图斑照存着的算：任意一段历史以后，随便哪天、两种口径，和块块看记录算的一样。"""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from plots.ledger.as_of import CONDITIONS, LedgerAt
from plots.models import Patch, Status
from tasks.models import Milestone
from tests.progress.test_any_history import days_of
from tests.worlds.any_town import AnyTown
from tests.worlds.history import IS_LONG, any_history, few
from tests.worlds.replay.agree import BASES

KEYS = ("status", "step", "due")


class Unmoved(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.town = AnyTown()

    def walk(self, data, **weights):
        history = any_history(self.town, data, weights, lambda history, name: None)
        for plan in (self.town.plan, self.town.new):
            steps = list(
                Milestone.objects.filter(target__plan=plan)
                .select_related("target__plan")
                .order_by("target", "order")
            )
            days = days_of(history)
            for on in days if IS_LONG else data.draw(st.permutations(days), "哪几天")[:5]:
                for basis in BASES:
                    told = [
                        told_by(LedgerAt(on, basis, steps, many=many)) for many in (True, False)
                    ]
                    assert told[0] == told[1], (str(plan), on, basis, history.told)

    @few(1)
    @given(st.data())
    def test_work_and_corrections(self, data):
        self.walk(data, deed=40, take_back=6)

    @few(1)
    @given(st.data())
    def test_plans_that_change_under_way(self, data):
        self.walk(data, deed=30, insert_step=4, move_due=4)

    @few(1)
    @given(st.data())
    def test_carried_into_the_next_plan(self, data):
        self.walk(data, deed=20, carry=3)


def told_by(ledger):
    """那天的每一块：现状，和合哪些条件。"""
    targets = {step.target_id for step in ledger.milestones}
    patches = Patch.objects.filter(target__in=targets).counting(ledger.on, ledger.basis)
    every = ledger.standings(patches, ledger.alike(patches))
    shown = {
        pk: (told.due_on, *(ledger.rank(key, told) for key in KEYS)) for pk, told in every.items()
    }
    asked = conditions(ledger)
    chosen = {
        name: set(ledger.pick(patches, asked[name]).values_list("pk", flat=True)) for name in asked
    }
    return shown, chosen


def conditions(ledger):
    asked = {
        state: ledger.in_state(state) for state in (*CONDITIONS, "overdue", "reported", "confirmed")
    }
    asked |= {f"status {status}": ledger.in_status(status) for status in Status}
    asked |= {f"actor {actor}": ledger.stuck_with(actor) for actor in Milestone.Actor}
    asked |= {f"due {days}": ledger.due_within(days) for days in (7, 30)}
    asked["any"] = ledger.in_any_state(["overdue", "returned", "deferred", "relapsed"])
    for step in ledger.milestones:
        asked[f"next {step.pk}"] = ledger.next_is(step.target.code, step.code)
        asked[f"late {step.code}"] = ledger.in_state("overdue", step.code)
        asked[f"done {step.code}"] = ledger.at_step(step.code, "yes")
        asked[f"not done {step.code}"] = ledger.at_step(step.code, "no")
    return asked
