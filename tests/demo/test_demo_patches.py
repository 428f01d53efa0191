"""演示图斑：面积一分不差，一年的记录对得上、看着像真的，换一份方案也行，不写将来的事。"""

import hashlib
import io
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db.models import Sum
from django.test import TestCase
from django.utils import timezone

from plots.ledger.replay import all_differences
from plots.models import Batch, Evidence, Kind, Patch, RectificationRecord, Status
from taiping import demo
from taiping.demo import assignments, patches
from taiping.demo.accounts import issue
from taiping.demo.area_split import apportion, split_area
from taiping.demo.table import Spread, table
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from tasks.models import DutyEntry, Milestone, Reading
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_plan,
    make_target,
    make_village,
)
from tests.worlds.kept import again, demo_2024, plan_2024
from villages.models import Posting, Role, Village

DAYS = [
    date(2024, *day) for day in ((9, 1), (9, 20), (10, 1), (10, 20), (11, 15), (12, 1), (12, 31))
]


def amounts(day=date(2024, 12, 31)):
    """任务代码 → (那天算数的图斑的亩数合计, 个数)。"""
    found = {}
    for code, area in Patch.objects.counting(day).order_by().values_list("target__code", "area_mu"):
        total, count = found.get(code, (Decimal(0), 0))
        found[code] = (total + area, count + 1)
    return found


def rows():
    """全部记录的样子，不带主键。"""
    return list(
        RectificationRecord.objects.order_by("created_at", "patch__code", "pk").values_list(
            "patch__code",
            "village__name",
            "milestone__name",
            "kind",
            "done_on",
            "created_at",
            "by__name",
            "area_mu",
            "completes",
            "note",
            "reasons",
            "external_ref",
            "withdrawn_on",
            "withdrawn_at",
        )
    )


class DemoYear(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.plan = again(demo_2024)
        cls.records = RectificationRecord.objects.all()

    def figures(self, day):
        return plan_progress(self.plan, day)

    def test_areas_add_up_to_the_plan_exactly_on_every_day(self):
        for day in DAYS:
            found = amounts(day)
            assert {code: total for code, (total, _) in found.items() if code != "illegal"} == {
                "restore": 1010,
                "abandoned": 608,
                "restructured": 65,
                "reforested": 94,
                "non_grain": Decimal("99.3"),
            }, day
            assert (found["non_grain"][1], found["illegal"][1]) == (24, 26)

    def test_sizes_are_believable(self):
        for code, (_, count) in amounts().items():
            areas = list(Patch.objects.filter(target__code=code).values_list("area_mu", flat=True))
            assert all(area == round(area, 2) and area > Decimal("0.1") for area in areas)
            assert len(set(areas)) > count * 2 / 3
        assert {row.name for row in Village.objects.filter(patches__target__code="restore")} == {
            row.name for row in Village.objects.all()
        }

    def test_everything_says_it_is_a_demo(self):
        assert not Patch.objects.exclude(
            code__startswith="演示-", place__startswith="演示", contractor=""
        ).exists()
        assert set(Batch.objects.values_list("name", "is_demo")) == {("演示数据", True)}
        for model in (Patch, RectificationRecord, Evidence):
            assert not model.objects.filter(is_demo=False).exists()

    def test_every_day_shows_another_picture(self):
        pictures = [
            [
                (t.target.code, m.milestone.code, m.reached, m.state)
                for t, m in self.figures(day).milestones
            ]
            for day in DAYS
        ]

        assert all(before != after for before, after in pairwise(pictures))

    def test_confirmed_and_exempt_never_go_back(self):
        figures = [self.figures(day).targets for day in DAYS]

        for before, after in pairwise(figures):
            for then, now in zip(before, after, strict=True):
                if then.target.by_patches:
                    assert then.confirmed <= now.confirmed
                    assert then.confirmed_count <= now.confirmed_count
                    assert then.exempt_count <= now.exempt_count

    def test_the_year_ends_with_a_story(self):
        states = {t.target.code: t.state for t in self.figures(date(2024, 12, 31)).targets}
        closed = Patch.objects.current().filter(status__in=(Status.CLOSED, Status.EXEMPT)).count()

        assert states["abandoned"] == MilestoneState.OVERDUE
        assert states["restructured"] == MilestoneState.DONE
        assert states["reforested"] == states["non_grain"] == MilestoneState.DONE_LATE
        assert states["restore"] == states["illegal"] == MilestoneState.AT_RISK
        assert 0.85 < closed / Patch.objects.current().count() < 1
        assert (
            self.figures(date(2024, 10, 1)).overdue_count
            > self.figures(date(2024, 10, 20)).overdue_count
            > 0
        )

    def test_one_village_is_behind_and_one_leads(self):
        behind, praised = self.village_of(assignments.BEHIND), self.village_of(assignments.PRAISED)

        for day in (date(2024, 10, 1), date(2024, 12, 31)):
            late = Counter()
            for target in self.figures(day).targets:
                late.update({row.village.pk: row.overdue_count for row in target.villages})
            (worst, most), (_, second), *_ = late.most_common()
            assert worst == behind
            assert most > second
            assert late[praised] == 0
        assert not self.records.filter(village=praised, kind__in=(Kind.RETURN, Kind.DEFER)).exists()

    def village_of(self, pace):
        found = assignments.paces(list(Village.objects.all()))
        return next(pk for pk, each in found.items() if each == pace)

    def test_every_kind_of_record_happens(self):
        reports = list(
            self.records.filter(kind=Kind.REPORT).select_related("milestone__target__plan", "by")
        )
        again = {(r.patch_id, r.milestone_id) for r in reports if r.is_withdrawn}

        # 结转要有下一份方案，移出的是不该有的，反弹要隔一阵才看得出：一年的演示里没有
        told = set(Kind.values) - {Kind.CARRY, Kind.REMOVE, Kind.RELAPSE, Kind.FOUND}
        assert set(self.records.values_list("kind", flat=True)) == told
        statuses = set(Status.values) - {Status.CARRIED, Status.REMOVED}
        assert set(Patch.objects.values_list("status", flat=True)) == statuses
        assert any(not r.completes for r in reports)
        assert any(
            r.completes and r.area_mu < r.patch.area_mu and r.note.startswith("田坎")
            for r in reports
        )
        assert sum(r.is_backfilled for r in reports) >= 5
        assert sum(r.is_late for r in reports) >= 10
        assert again & {(r.patch_id, r.milestone_id) for r in reports if not r.is_withdrawn}
        assert {r.by.role for r in self.records.filter(kind=Kind.REMARK)} == {Role.LEADER}
        assert Patch.objects.exclude(split_from=None).count() == 2

    def test_the_ledger_agrees_and_nobody_checks_their_own_report(self):
        assert list(all_differences()) == []
        for record in self.records.filter(kind__in=(Kind.PASS, Kind.RETURN)):
            assert not record.patch.records.filter(kind=Kind.REPORT, by=record.by).exists()

    def test_entries_are_made_in_office_hours_of_the_year(self):
        for record in self.records:
            at = timezone.localtime(record.created_at)
            assert date(2024, 1, 1) <= record.done_on <= at.date() <= date(2024, 12, 31)
            assert 8 <= at.hour <= 18
            if record.by.role != Role.SECRETARY:
                assert at.weekday() < 5

    def test_uploads_have_a_number_where_the_step_needs_one(self):
        needing = self.records.filter(
            kind=Kind.REPORT, completes=True, milestone__needs_external_ref=True
        )

        assert needing.exists()
        assert not needing.exclude(external_ref__startswith="演示-").exists()

    def test_photos_are_drawn_each_different_and_small(self):
        photos = list(Evidence.objects.all())

        assert len(photos) == len({photo.sha256 for photo in photos}) >= 12
        assert any(photo.lat for photo in photos)
        assert any(photo.lat is None for photo in photos)
        assert all(
            photo.file.storage.exists(photo.thumb.name) and photo.taken_at for photo in photos
        )
        assert (
            sum(photo.file.size + photo.display.size + photo.thumb.size for photo in photos)
            < 5_000_000
        )

    def test_cleared_and_made_again_it_is_the_same(self):
        before = rows()

        patches.clear()
        assert not Patch.objects.exists()
        again = patches.PlanLoader(self.plan, timezone.now())
        again.load()

        assert again.stuck == set()
        assert rows() == before

    def test_every_story_of_the_table_is_told(self):
        dealt = set()
        for outcome in table()["outcomes"].values():
            for stories in outcome.values():
                dealt.update(stories)

        assert dealt == set(table()["stories"])
        assert set(table()["turns"]) < set(table()["outcomes"])


def make_staff(villages):
    """办事的演示账号，和 accounts 发的一样。"""
    for name, role in (("staff1", Role.STAFF), ("staff2", Role.STAFF), ("leader", Role.LEADER)):
        issue(name, f"演示·{name}", role, is_demo=True)
    for number, village in enumerate(villages):
        user = issue(f"cun{number}", f"演示·{village}", Role.SECRETARY, is_demo=True).user
        Posting.objects.create(user=user, village=village)


@pytest.mark.django_db
def test_in_the_middle_of_the_year_nothing_is_written_ahead():
    again(plan_2024)
    now = timezone.make_aware(datetime(2024, 10, 20, 12))

    demo.load(io.StringIO(), now=now)

    records = RectificationRecord.objects
    assert records.filter(created_at__lte=now, done_on__gte=date(2024, 10, 10)).exists()
    assert not records.filter(created_at__gt=now).exists()
    assert not records.filter(done_on__gt=now.date()).exists()
    assert not Patch.objects.filter(created_at__gt=now).exists()
    assert (amounts()["abandoned"][0], amounts()["restore"][0]) == (608, 1010)
    assert list(all_differences()) == []


@pytest.mark.django_db
def test_a_plan_that_has_not_begun_gets_no_patches():
    again(plan_2024)

    demo.load(io.StringIO(), now=timezone.make_aware(datetime(2023, 12, 20, 12)))

    assert not Patch.objects.exists()


@pytest.mark.django_db
def test_another_towns_plan_is_followed_too():
    """别的镇：数有三位小数，分解到村，有个数的清单，只有方向的任务，一步就完的任务，要照片的步骤。"""
    plan = make_plan(2023)
    villages = [make_village(name, order=n) for n, name in enumerate(("河边", "柳林", "后山"))]
    river, willow = villages[:2]
    make_staff(villages)
    shared = make_target(plan, "shared", quota=Decimal("60.337"))
    make_allocation(shared, river, quota=Decimal("40.337"))
    make_allocation(shared, willow, quota=Decimal(20))
    make_milestone(shared, due_on=date(2023, 6, 30), min_photos=1)
    make_milestone(shared, due_on=date(2023, 7, 31), actor=Milestone.Actor.DISTRICT)
    listed = make_target(plan, "listed", quota=None, quota_count=7, kind="CASES")
    make_milestone(listed, due_on=None, actor=Milestone.Actor.TOWN)
    goal = make_target(plan, "goal", quota=None)
    make_milestone(goal, due_on=date(2023, 3, 1))
    make_target(plan, "empty", quota=Decimal(9))  # 还没有时间节点

    loader = patches.PlanLoader(plan, timezone.make_aware(datetime(2024, 5, 1)))
    loader.load()

    shares = (
        Patch.objects.filter(target=shared).order_by("village__order").values_list("village__name")
    )
    assert list(shares.annotate(total=Sum("area_mu"))) == [
        ("河边", Decimal("40.337")),
        ("柳林", Decimal(20)),
    ]
    assert Patch.objects.filter(target=listed).count() == 7
    assert set(Patch.objects.filter(target=goal).values_list("village__name", flat=True)) == {
        "河边",
        "柳林",
        "后山",
    }
    assert amounts(date(2023, 12, 31))["empty"][0] == 9
    assert loader.stuck == set()
    assert RectificationRecord.objects.count() > 20
    assert RectificationRecord.objects.filter(patch__target=listed, kind=Kind.PASS).exists()
    assert list(all_differences()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["owing", "listed", "cases"])
def test_steps_in_any_order_are_walked(ending, monkeypatch):
    """村、镇、区的步骤怎么排、几天一步，每个结局的每个写法都办得下来。"""
    plan = make_plan(2025, starts_on=date(2025, 3, 1), ends_on=date(2025, 6, 30))
    villages = [make_village(name, order=n) for n, name in enumerate(("河边", "柳林", "后山"))]
    make_staff(villages)
    monkeypatch.setattr(patches, "outcomes", lambda targets: {t.pk: ending for t in targets})
    for actors in ("V", "T", "VT", "TV", "VD", "VTV", "VVT", "TVVT", "VTVT", "VVVV"):
        target = make_target(plan, actors, quota=Decimal("150.5"))
        for number, actor in enumerate(actors):
            due_on = date(2025, 4, 1) + timedelta(days=11 * number)
            actor = {"V": "VILLAGE", "T": "TOWN", "D": "DISTRICT"}[actor]
            make_milestone(target, due_on=due_on, actor=actor)

    loader = patches.PlanLoader(plan, timezone.make_aware(datetime(2025, 12, 1)))
    loader.load()

    assert loader.stuck == set()
    assert list(all_differences()) == []
    assert {area for area, _ in amounts(plan.ends_on).values()} == {Decimal("150.5")}


@pytest.mark.django_db
def test_steps_that_ask_for_photos_get_them():
    plan = make_plan(2024)
    village = make_village("河边")
    make_staff([village])
    target = make_target(plan, quota=Decimal(4))
    step = make_milestone(target, min_photos=2)

    patches.load()
    demo.photos.load()

    for record in RectificationRecord.objects.filter(
        milestone=step, kind=Kind.REPORT, completes=True
    ):
        assert record.evidence.count() == 2
    assert Evidence.objects.exists()


@pytest.mark.parametrize(
    ("number", "weights"), [(24, [1.0] * 10), (3, [1.0] * 10), (101, [0.2, 5.0, 1.1]), (0, [1.0])]
)
def test_apportioning_keeps_the_total(number, weights):
    counts = apportion(number, weights)

    assert sum(counts) == number
    assert min(counts) >= (1 if number >= len(weights) else 0)


@pytest.mark.parametrize(("total", "number"), [("608", 49), ("60.337", 7), ("0.05", 5), ("3", 1)])
def test_areas_are_split_exactly(total, number):
    areas = split_area(Decimal(total), number, Spread(1))

    assert len(areas) == number
    assert sum(areas) == Decimal(total)
    assert min(areas) > 0


@pytest.mark.django_db
def test_the_demo_of_2024_stays_as_it_is():
    """别的镇的演示怎么改，2024 年的一行不变；有意改了故事，才改这个数。"""
    again(demo_2024)

    patches_told = Patch.objects.order_by("code").values_list("code", "village__name", "area_mu")
    duties_told = DutyEntry.objects.order_by("pk").values_list(
        "duty__code", "village__name", "on", "count", "words"
    )
    readings_told = Reading.objects.order_by("pk").values_list("target__code", "on", "value", "by")
    told = [*rows(), *patches_told, *duties_told, *readings_told]

    digest = hashlib.sha256("\n".join(sorted(map(str, told))).encode()).hexdigest()
    assert (len(told), digest[:16]) == (940, "ecdfe540cfcb4012")
