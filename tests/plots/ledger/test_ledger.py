"""台账对得上：任意一串动作之后，记录、状态、每一天两种口径的数，都和一份照业务直着写的对照一致。"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from plots import actions
from plots.actions import permissions as permits
from plots.actions.carry_preview import foresee
from plots.actions.carrying import carry_over
from plots.ledger.replay import all_differences
from plots.models import Kind, Patch, RectificationRecord, Status
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_record,
    make_steps_target,
    make_user,
)
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages, sep
from villages.models import Role

STEPS = ["replant", "evidence", "check"]
# 更正的面积都比报得到的零头之和大，也不会正好相等；正好相等的情形在 test_corrections 里单独看。
AREAS = [Decimal("40.5"), Decimal("41.5"), Decimal("55.5")]


class Naive:
    """对照：照着先后把动作演一遍，只记眼下的数，不记录、不撤回。"""

    def __init__(self):
        self.village, self.area = "东村", AREAS[0]
        self.parts = [Decimal(0)] * 3  # 每步说出口的亩数
        self.whole = [False] * 3  # 每步是不是按整块算
        self.done = [False] * 3
        self.returned = self.deferred = self.exempt = self.split = False
        self.ended = None  # 结转、移出以后的状态

    def play(self, verb, given):
        getattr(self, verb)(**given)
        return self

    def said_before(self, index):
        """前面最近一步报小了并说完成的亩数；没有就是空。"""
        return next(
            (self.parts[i] for i in reversed(range(index)) if self.done[i] and not self.whole[i]),
            None,
        )

    def finish(self, index):
        said = self.said_before(index)
        self.done[index] = True
        if said is None:
            self.whole[index] = True
        else:
            self.parts[index] = said

    def report(self, upto=None, area_mu=None, completes=None):
        self.returned = False
        index = self.done.index(False)
        if area_mu is None:
            for each in range(index, (index if upto is None else upto) + 1):
                self.finish(each)
        else:
            self.parts[index] += area_mu
            self.done[index] = bool(completes) or self.parts[index] == self.said_before(index)

    def confirm(self):
        self.returned = False
        self.finish(2)

    def clear(self, index=0):
        for each in range(index, 3):
            self.parts[each], self.whole[each], self.done[each] = Decimal(0), False, False

    def send_back(self, to):
        self.clear(to)
        self.returned, self.exempt = True, False

    def exempt_(self):
        self.clear()
        self.exempt, self.deferred = True, False

    def defer(self):
        self.deferred = True

    def resume(self):
        self.deferred = False

    def remark(self):
        pass

    def amend(self, area_mu=None, village=None):
        self.area, self.village = area_mu or self.area, village or self.village

    def split_(self):
        self.clear()
        self.split, self.deferred = True, False

    def remove(self):
        self.clear()
        self.ended, self.exempt, self.deferred = Status.REMOVED, False, False

    def carry(self):
        self.clear()
        self.ended, self.deferred = Status.CARRIED, False

    def figures(self):
        """(村, 各步亩数, 核减亩数, 暂缓个数)"""
        reached = [
            self.area if whole else part for whole, part in zip(self.whole, self.parts, strict=True)
        ]
        return self.village, reached, self.area if self.exempt else Decimal(0), int(self.deferred)

    def status(self):
        if self.ended:
            return self.ended, None
        if self.split:
            return Status.PENDING, None
        if self.exempt:
            return Status.EXEMPT, None
        if all(self.done):
            return Status.CLOSED, None
        index = self.done.index(False)
        if self.deferred:
            return Status.DEFERRED, STEPS[index]
        if self.returned:
            return Status.RETURNED, STEPS[index]
        if index == 2:
            return Status.AWAITING, STEPS[index]
        started = any(self.done) or any(self.parts)
        return (Status.UNDERWAY if started else Status.PENDING), STEPS[index]


def recorded_figures(patch, day, basis):
    """系统的数：某天某口径下这块图斑有效的记录。"""
    rows = list(
        RectificationRecord.objects.effective(day, basis)
        .filter(patch=patch)
        .values_list("kind", "milestone__code", "village__name", "area_mu", "completes")
    )
    work = [row for row in rows if row[0] in (Kind.REPORT, Kind.PASS)]
    completing = [row[1] for row in work if row[4]]
    assert len(completing) == len(set(completing)), "一步不能有两条完成记录"
    reached = [sum((row[3] for row in work if row[1] == step), Decimal(0)) for step in STEPS]
    exempt = sum((row[3] for row in rows if row[0] == Kind.EXEMPT), Decimal(0))
    villages = {
        row[2] for row in rows if row[0] in (Kind.REPORT, Kind.PASS, Kind.EXEMPT, Kind.DEFER)
    }
    return villages, reached, exempt, sum(row[0] == Kind.DEFER for row in rows)


class AnyStory(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.town = again(TwoVillages)
        cls.town.patch.area_mu = AREAS[0]
        cls.town.patch.save()
        cls.chen = make_user("chen", role="STAFF", name="陈宏")
        cls.other = make_plan(2024, code="2024-more", title="后半年的方案")
        make_steps_target(cls.other, cls.town.target.code)

    @settings(max_examples=80, deadline=None, derandomize=True)
    @given(st.data())
    def test_any_sequence_of_actions_agrees_with_an_independent_replay(self, data):
        town, story = self.town, []
        patch = Patch.objects.get(pk=town.patch.pk)
        on, entered = sep(1), sep(1)
        for number in range(data.draw(st.integers(1, 12), label="几个动作")):
            patch.refresh_from_db()
            may = sorted(permits.allowed(self.chen, patch)) or ["report"]
            forward = [
                verb for verb in ("report", "confirm") if verb in may
            ]  # 往前走的多抽几回，才走得到后面
            carry = ["carry"] if patch in Patch.objects.open() else []
            verb = data.draw(st.sampled_from(may + carry + forward * 8), label="动作")
            on += timedelta(days=data.draw(st.integers(0, 3)))
            entered = max(entered, on) + timedelta(days=data.draw(st.integers(0, 9)))
            real, naive = self.draw_action(data, verb, number)
            at = timezone.make_aware(datetime.combine(entered, time(12)))
            reporter = verb in ("report", "remark")
            before = list(
                RectificationRecord.objects.values_list("pk", "withdrawn_on", "withdrawn_at")
            )
            try:
                if verb == "carry":
                    preview = foresee(town.plan, self.other)
                    token = preview.token
                    carry_over(town.plan, self.other, by=town.admin, on=on, at=at, token=token)
                else:
                    getattr(actions, verb)(
                        patch, by=town.huang if reporter else self.chen, on=on, at=at, **real
                    )
            except actions.NotAllowed:
                after = list(
                    RectificationRecord.objects.values_list("pk", "withdrawn_on", "withdrawn_at")
                )
                assert after == before
                continue
            story.append((on, entered, naive[0], naive[1]))
        self.agree(Patch.objects.get(pk=patch.pk), story)

    def draw_action(self, data, verb, number):
        """给系统的参数，和给对照的（动作, 参数）。"""
        town = self.town
        milestones = [town.replant, town.evidence, town.check]
        if verb == "report":
            part = data.draw(st.sampled_from([None, Decimal(1), Decimal(3)]), label="部分")
            if part is not None:
                completes = data.draw(st.booleans(), label="就这么多")
                return {"area_mu": part, "completes": completes}, (
                    verb,
                    {"area_mu": part, "completes": completes},
                )
            upto = data.draw(st.sampled_from([None, 1]), label="报到第几步")
            return {"step": upto and milestones[upto]}, (verb, {"upto": upto})
        if verb == "send_back":
            to = data.draw(st.sampled_from([0, 1]))
            return {"step": milestones[to], "note": "未见复种"}, (verb, {"to": to})
        if verb == "amend":
            area = data.draw(st.sampled_from([None, *AREAS]))
            village = data.draw(st.sampled_from([None, town.east, town.west]))
            return {"area_mu": area, "village": village, "reason": "图纸有误"}, (
                verb,
                {"area_mu": area, "village": village and village.name},
            )
        if verb == "split":
            children = [{"code": f"{number}-{half}", "area_mu": "20.25"} for half in "AB"]
            return {"children": children, "reason": "两户"}, ("split_", {})
        if verb == "exempt":
            return {"note": "影像为水田"}, ("exempt_", {})
        return ({"note": "说明"} if verb in ("defer", "remark", "remove") else {}), (verb, {})

    def agree(self, patch, story):
        days = {day for on, entered, *_ in story for day in (on, entered)} | {sep(1)}
        for day in sorted(days | {day - timedelta(days=1) for day in days}):
            for basis in ("done", "recorded"):
                naive = Naive()
                for on, entered, verb, words in story:
                    # 按完成日期看，更正是一直有效的；按录入日期看，录入了才知道。
                    if (entered if basis == "recorded" else on) <= day or (
                        basis == "done" and verb == "amend"
                    ):
                        naive.play(verb, words)
                village, *expected = naive.figures()
                villages, *found = recorded_figures(patch, day, basis)
                assert found == expected, (day, basis, story)
                assert villages <= {village}, (day, basis, story)
                if basis == "done":
                    counting = Patch.objects.counting(day).filter(pk=patch.pk).exists()
                    assert counting == (not naive.split and not naive.ended)
                self.agree_after_carrying(story, day, basis)
        final = Naive()
        for _, _, verb, words in story:
            final.play(verb, words)
        assert (patch.status, getattr(patch.next_milestone, "code", None)) == final.status(), story
        assert list(all_differences()) == []

    def agree_after_carrying(self, story, day, basis):
        """结转来的图斑：结转那天以前一点没有，从那天起就是老图斑那时的样子。"""
        carried = [place for place, (*_, verb, _) in enumerate(story) if verb == "carry"]
        if not carried:
            return
        on, entered, *_ = story[carried[0]]
        before = Naive()
        for *_, verb, words in story[: carried[0]]:
            before.play(verb, words)
        patch = Patch.objects.get(target__plan=self.other)
        is_there = (entered if basis == "recorded" else on) <= day
        counting = Patch.objects.counting(day, basis).filter(pk=patch.pk).exists()
        village, *expected = before.figures() if is_there else Naive().figures()
        villages, *found = recorded_figures(patch, day, basis)
        assert (counting, found) == (is_there, expected), (day, basis, story)
        assert villages <= {village}
        assert (patch.status, patch.next_milestone.code) == before.status(), story


@pytest.mark.django_db
class TestCheckLedger:
    def check(self):
        out = StringIO()
        call_command("check_ledger", stdout=out)
        return out.getvalue()

    def test_a_true_ledger_passes(self):
        town = again(TwoVillages)
        town.report()
        assert self.check() == "复核了 1 块图斑，状态和下一步都与记录一致。\n"

    def test_every_difference_is_told(self):
        town = again(TwoVillages)
        town.report(area_mu="4")
        Patch.objects.update(status=Status.CLOSED, next_milestone=town.check, village=town.west)
        stray = make_patch(town.target, town.east, code="T2")
        make_record(stray, town.evidence, by=town.huang, area_mu=11, completes=True)
        out = StringIO()

        with pytest.raises(CommandError, match="共 2 块图斑对不上") as stopped:
            call_command("check_ledger", stdout=out)

        assert stopped.value.returncode == 1
        told = out.getvalue()
        for words in [
            "图斑 T1",
            "状态是“已销号”，按记录应是“整治中”",
            "下一步是“镇级核实”，按记录应是“复耕复种”",
            "（上报）的村和图斑的村不一致",
            "图斑 T2",
            "状态是“待整治”，按记录应是“整治中”",
            "“举证上传”已有记录，前一步“复耕复种”却没有完成",
            "“举证上传”共报 11 亩，多于应有的 10 亩",
        ]:
            assert words in told

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_number_of_queries_is_fixed(self, number, django_assert_num_queries):
        town = again(TwoVillages)
        town.report()
        for _ in range(number):
            make_patch(town.target, town.east)
        with django_assert_num_queries(4):  # 时间节点、图斑、记录，再问一次后面还有没有
            assert list(all_differences()) == []

    def test_chunks_cover_everything(self):
        town = again(TwoVillages)
        for _ in range(4):
            make_patch(town.target, town.east)
        Patch.objects.update(status=Status.UNDERWAY)
        assert len({patch.pk for patch, _ in all_differences(chunk=2)}) == 5


def test_the_naive_replay_itself_tells_a_known_story():
    """对照本身也要看一眼：报了、退了、又报小了、核实了。"""
    naive = Naive()
    naive.play("report", {"upto": 1}).play("send_back", {"to": 0})
    assert naive.status() == (Status.RETURNED, "replant")
    naive.play("report", {"area_mu": Decimal(3), "completes": True}).play("report", {}).play(
        "confirm", {}
    )
    assert naive.figures() == ("东村", [3, 3, 3], 0, 0)
    assert naive.status() == (Status.CLOSED, None)


@pytest.mark.django_db
def test_a_step_added_to_the_plan_is_settled_by_fix(capsys):
    """方案中途加了一步“验收”：已销号的图斑又有了下一步，--fix 按记录重算，记录一条不动。"""
    patch = make_patch(make_steps_target())
    boss, staff = make_user(villages=[patch.village]), make_user(role=Role.STAFF)
    actions.report(
        patch, by=boss, on=date(2024, 9, 5), step=patch.target.milestones.get(code="evidence")
    )
    actions.confirm(patch, by=staff, on=date(2024, 9, 10))
    make_milestone(
        patch.target, "accept", name="验收", due_on=date(2024, 12, 31), actor="DISTRICT", order=9
    )
    before = RectificationRecord.objects.count()

    with pytest.raises(CommandError):
        call_command("check_ledger")
    call_command("check_ledger", fix=True)

    patch.refresh_from_db()
    assert (patch.status, patch.next_milestone.name) == (Status.AWAITING, "验收")
    assert RectificationRecord.objects.count() == before
    assert "状态和下一步都与记录一致" in capsys.readouterr().out
