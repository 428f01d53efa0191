"""台账对得上：复核说得出每一处对不上的，查询次数固定；任意一段历史的在 tests/progress/test_any_history.py。"""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from plots import actions
from plots.ledger.replay import all_differences
from plots.models import Patch, RectificationRecord, Status
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_record,
    make_steps_target,
    make_user,
)
from tests.worlds.town import TwoVillages
from villages.models import Role


@pytest.mark.django_db
class TestCheckLedger:
    def check(self):
        out = StringIO()
        call_command("check_ledger", stdout=out)
        return out.getvalue()

    def test_a_true_ledger_passes(self):
        town = TwoVillages()
        town.report()
        assert self.check() == "复核了 1 块图斑，状态和下一步都与记录一致。\n"

    def test_every_difference_is_told(self):
        town = TwoVillages()
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
        town = TwoVillages()
        town.report()
        for _ in range(number):
            make_patch(town.target, town.east)
        with django_assert_num_queries(4):  # 时间节点、图斑、记录，再问一次后面还有没有
            assert list(all_differences()) == []

    def test_chunks_cover_everything(self):
        town = TwoVillages()
        for _ in range(4):
            make_patch(town.target, town.east)
        Patch.objects.update(status=Status.UNDERWAY)
        assert len({patch.pk for patch, _ in all_differences(chunk=2)}) == 5


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


@pytest.mark.django_db
def test_a_step_inserted_by_an_older_program_is_made_up_for_by_somebody_named(capsys):
    """老版本上方案中间插了一步，没有补记：写上是谁，--fix 一并补记，以后一直对得上。"""
    town = TwoVillages()
    town.report(step=town.evidence)
    town.do("confirm")
    town.evidence.order, town.check.order = 4, 5
    town.check.save()
    town.evidence.save()
    make_milestone(town.target, "water", name="灌溉设施", order=3)

    with pytest.raises(CommandError):
        call_command("check_ledger", fix=True)
    with pytest.raises(CommandError, match="没有“liu”这个管理员账号"):
        call_command("check_ledger", fix=True, by="liu")
    call_command("check_ledger", fix=True, by="guanli")

    assert "新步骤“灌溉设施”：1 个图斑做过后面的步骤，各补记一条" in capsys.readouterr().out
    assert town.now() == Status.CLOSED
    assert list(all_differences()) == []
