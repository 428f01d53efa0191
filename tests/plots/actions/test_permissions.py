"""能不能和为什么不能出自同一串谓词：每种办理、每种人、每种状态，has_perm 和那句话说的一样。"""

import pytest

from plots.actions import permissions
from plots.actions.permissions import VERBS
from plots.models import Status
from taiping.ground.permissions import refusal
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_record,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db


class Town:
    """东村一块图斑；东村、西村各一位书记，镇上管理员、工作人员、领导各一位，还有一位停用的。"""

    def __init__(self):
        self.east = make_village("东村")
        west = make_village("西村")
        self.target = make_steps_target()
        self.people = {
            "管理员": make_user(role=Role.ADMIN),
            "工作人员": make_user(role=Role.STAFF),
            "领导": make_user(role=Role.LEADER),
            "东村书记": make_user(villages=[self.east]),
            "西村书记": make_user(villages=[west]),
            "停用的工作人员": make_user(role=Role.STAFF, is_active=False),
        }

    def patches(self):
        """每种状态一块，下一步在哪里都试；拆分掉的、只有一步要镇里认定的、自己报过的各一块。"""
        steps = [*self.target.milestones.order_by("order"), None]
        for status in Status:
            for step in steps:
                yield make_patch(self.target, self.east, status=status, next_milestone=step)
        yield make_patch(
            self.target, self.east, until_on="2024-09-01", until_at="2024-09-01T00:00Z"
        )
        single = make_target(self.target.plan, "road")
        check = make_milestone(single, actor="TOWN")
        yield make_patch(single, self.east, status=Status.PENDING, next_milestone=check)
        for name in ("管理员", "工作人员"):
            patch = make_patch(self.target, self.east, status=Status.AWAITING)
            make_record(patch, by=self.people[name])
            yield patch


@pytest.fixture
def town():
    return Town()


def test_having_a_permission_and_hearing_why_not_never_disagree(town):
    disagree, granted = [], set()
    for patch in town.patches():
        for name, user in town.people.items():
            may = {verb for verb in VERBS if user.has_perm(f"plots.{verb}_patch", patch)}
            told = {verb for verb in VERBS if not permissions.refusal(verb, user, patch)}
            offered = permissions.allowed(user, patch)
            if not may == told == offered:
                disagree.append((patch.code, name, may, told, offered))
            granted |= {(name, verb) for verb in may}

    assert disagree == []
    assert {verb for name, verb in granted if name == "工作人员"} == set(VERBS)
    assert {verb for name, verb in granted if name == "领导"} == {"remark"}
    assert {verb for name, verb in granted if name == "东村书记"} == {"report"}
    assert not {name for name, _ in granted} & {"西村书记", "停用的工作人员"}


def test_every_refusal_has_a_sentence(town):
    silent = []
    for patch in town.patches():
        for name, user in town.people.items():
            for verb in VERBS:
                permission = f"plots.{verb}_patch"
                if user.has_perm(permission, patch) != (not refusal(permission, user, patch)):
                    silent.append((patch.code, name, verb))

    assert silent == []


def test_even_the_admin_does_not_confirm_his_own_report(town):
    admin = town.people["管理员"]
    patch = make_patch(town.target, town.east, status=Status.AWAITING)
    make_record(patch, by=admin)

    assert not admin.has_perm("plots.confirm_patch", patch)
    assert permissions.by_status("confirm", admin, patch) == (
        "这块图斑有您自己上报的步骤，请换一位镇工作人员核实。"
    )


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_promised_without_a_patch(town, verb):
    assert not any(user.has_perm(f"plots.{verb}_patch") for user in town.people.values())
