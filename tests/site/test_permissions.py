"""每个页面的权限谁有谁没有；没有的那句话和 403 页上的一样。"""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from taiping.ground.permissions import NO_ROLE, permission_required, refusal
from taiping.navigation import ITEMS
from tests.worlds.factories import make_user
from villages.models import Role

pytestmark = pytest.mark.django_db
EVERYONE = ["ADMIN", "STAFF", "LEADER", "SECRETARY"]
NOT_SECRETARY, TOWN, ADMIN = EVERYONE[:3], EVERYONE[:2], EVERYONE[:1]
BY_TOWN = "通报和周报由镇里出，村里请看本村的确认表。"
# 权限：谁有、没有的人听到什么
PAGES = {
    "dashboard.view_town": (NOT_SECRETARY, NO_ROLE),
    "dashboard.view_today": (TOWN, "“今天要办的”是镇工作人员的，请打开总览或“我的任务”。"),
    "dashboard.show_screen": (NOT_SECRETARY, "大屏给镇里会议室用，请打开“我的任务”。"),
    "reports.read_bulletin": (NOT_SECRETARY, BY_TOWN),
    "reports.download_weekly": (NOT_SECRETARY, BY_TOWN),
    "assessment.view": (EVERYONE, ""),
    "assessment.view_town": (NOT_SECRETARY, "全镇的得分表由镇里看，村里请看本村的。"),
    "assessment.score": (TOWN, "考核的分由镇工作人员评。"),
    "subsidies.view": (EVERYONE, ""),
    "subsidies.enter": (TOWN, "到位资金和拨付由镇工作人员录入。"),
    "subsidies.withdraw": (TOWN, "到位资金和拨付由镇工作人员录入。"),
    "subsidies.publish": (NOT_SECRETARY, "公示表由镇里出，村里请看本村的奖补。"),
    "tasks.view_plan": (EVERYONE, ""),
    "tasks.add_reading": (TOWN, NO_ROLE),
    "tasks.keep_duties": (TOWN, NO_ROLE),
    "tasks.read_duties": (["LEADER"], NO_ROLE),
    "tasks.export_plan": (TOWN, NO_ROLE),
    "tasks.import_plan": (ADMIN, NO_ROLE),
    "tasks.copy_target": (ADMIN, NO_ROLE),
    "plots.view_orders": (EVERYONE, ""),
    "plots.issue_order": (NOT_SECRETARY, "督办由领导或镇工作人员写，有情况请在督办单上答复。"),
    "plots.view_own_tasks": (["SECRETARY"], NO_ROLE),
    "plots.view_town_ledger": (NOT_SECRETARY, NO_ROLE),
    "plots.view_map": (EVERYONE, ""),
    "plots.review": (TOWN, "核实由镇工作人员办理。"),
    "plots.act_in_bulk": (TOWN, "成批办理由镇工作人员操作。"),
    "plots.import_patches": (TOWN, NO_ROLE),
    "plots.view_checks": (TOWN, NO_ROLE),
    "plots.dismiss_check": (TOWN, "图形检查由镇工作人员认定。"),
    "plots.import_boundaries": (ADMIN, NO_ROLE),
    "plots.export_coordinates": (ADMIN, NO_ROLE),
}


@pytest.fixture
def people():
    return {role.value: make_user(role=role) for role in Role}


@pytest.mark.parametrize("permission", PAGES)
def test_who_may_open_a_page_and_what_the_others_hear(people, permission):
    holders, sentence = PAGES[permission]

    assert [role for role, user in people.items() if user.has_perm(permission)] == holders
    told = {refusal(permission, user) for role, user in people.items() if role not in holders}
    assert told == ({sentence} if sentence else set())


def test_a_page_without_the_permission_says_the_sentence(people):
    request = RequestFactory().get("/")
    page = permission_required("plots.review")(lambda request: "待核实")

    request.user = people["STAFF"]
    assert page(request) == "待核实"
    request.user = people["LEADER"]
    with pytest.raises(PermissionDenied, match="核实由镇工作人员办理。"):
        page(request)


def test_a_disabled_account_has_no_permission_at_all():
    user = make_user(role=Role.ADMIN, is_active=False)

    assert [permission for permission in PAGES if user.has_perm(permission)] == []


def test_the_menu_asks_only_known_permissions():
    assert {permission for *_, permission in ITEMS} <= set(PAGES)
