"""任意一年：任意的动作以后，每一天、两种口径的进度，都和一块图斑一块图斑看的对照一致。"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from plots import actions
from plots.actions import permissions as permits
from plots.models import Patch
from taiping.progress.progress import plan_progress
from tests.progress.test_naive_progress import BASES, agree, never_contradicts
from tests.worlds.factories import make_milestone, make_target
from tests.worlds.naive_progress import NaiveTown
from tests.worlds.town import Town


class AnyYear(TestCase):
    @classmethod
    def setUpTestData(cls):
        town = cls.town = Town()
        town.add_east_and_west()
        town.add_staff()
        due = [date(2024, 9, 8), date(2024, 9, 14), date(2024, 9, 22), None]
        who = ["TOWN", "VILLAGE", "VILLAGE", "DISTRICT"]
        cls.patches = []
        for order, fields in enumerate(
            [
                {"quota": Decimal(12), "quota_count": 2},
                {"quota": Decimal(12)},
                {"quota": None, "kind": "CASES"},
            ]
        ):
            target = make_target(town.plan, f"t{order}", order=order, **fields)
            for place, (day, actor) in enumerate(zip(due, who, strict=True)):
                make_milestone(target, f"s{place}", name=f"第{place}步", due_on=day, actor=actor)
            for number, village in enumerate((town.east, town.west)):
                patch = town.add_patch(target, village, f"{order}-{number}", "6")
                Patch.objects.filter(pk=patch.pk).update(created_at=moment(date(2024, 9, 1), 0))
                cls.patches.append(patch.pk)
        # 第二项任务的第二步自己写了任务数
        step = town.plan.targets.get(code="t1").milestones.get(code="s1")
        step.quota = Decimal(5)
        step.save()

    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(st.data())
    def test_any_year_agrees_with_an_independent_look_at_every_patch(self, data):
        on = entered = date(2024, 9, 1)
        for number in range(data.draw(st.integers(1, 30), label="几个动作")):
            patch = Patch.objects.get(pk=data.draw(st.sampled_from(self.patches), label="哪一块"))
            by = data.draw(st.sampled_from([self.town.huang, self.town.liu]))
            may = sorted(permits.allowed(by, patch) - {"split"}) or ["report"]
            forward = [verb for verb in ("report", "confirm") if verb in may]
            verb = data.draw(st.sampled_from(may + forward * 6), label="动作")
            on += timedelta(days=data.draw(st.integers(0, 2)))
            entered = max(entered, on) + timedelta(days=data.draw(st.integers(0, 1)))
            given = self.given(data, verb)
            try:
                getattr(actions, verb)(patch, by=by, on=on, at=moment(entered, number), **given)
            except actions.NotAllowed:
                continue
        town = NaiveTown(self.town.plan)
        for ahead in range(0, (on - date(2024, 9, 1)).days + 12, 3):
            for basis in BASES:
                day = date(2024, 9, 1) + timedelta(days=ahead)
                agree(town, day, basis)
                for figures in plan_progress(self.town.plan, day, basis).targets:
                    never_contradicts(figures, (figures.target.code, day, basis))

    def given(self, data, verb):
        if verb == "report" and data.draw(st.booleans(), label="只报一部分"):
            return {"area_mu": Decimal(2), "completes": data.draw(st.booleans())}
        if verb == "amend":
            village = data.draw(st.sampled_from([None, self.town.east, self.town.west]))
            area = data.draw(st.sampled_from(["6.5", "7", "8"]))
            return {"reason": "重新丈量", "area_mu": area, "village": village}
        return {} if verb in ("report", "confirm", "resume") else {"note": "核过"}


def moment(day, number):
    """每件事差一秒：真的录入没有同一时刻的两件。"""
    return timezone.make_aware(datetime.combine(day, time(12, 0, number)))
