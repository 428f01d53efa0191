"""别的地方：做事的是组、乡、县，说的是粮食生产，编号是农情平台的；走遍全站，没有一处还照这里的叫法。"""

import io
import re
from datetime import date
from urllib.parse import unquote

import pytest
from auditlog.models import LogEntry
from openpyxl import load_workbook

from plots import actions
from taiping.reports.weekly import weekly_workbook
from tasks.models import Milestone, Plan
from tests.towns import WORLDS
from tests.worlds.addresses import Fields
from tests.worlds.factories import make_user
from tests.worlds.kept import again
from tests.worlds.walk_town import OWN, WalkTown, client_of, text_of
from villages.models import Role, User

pytestmark = pytest.mark.django_db
# 这里的叫法：三种人、编号、主题、镇名
OURS = re.compile(
    r".{0,12}(?:村该办|[村镇区]里|镇工作人员|全镇|本镇|各镇|镇级|镇该办|区该办|国土调查云|耕地保护|太平镇).{0,12}"
)
ACTORS = re.compile(r".{0,12}(?:[村镇区]该办|[村镇区]里|镇工作人员|全镇).{0,12}")
DEFAULTS = {"admin:tasks_plan_add"}  # 新建的方案，格子里先填着默认的


@pytest.fixture
def town(settings, tmp_path):
    """青石乡的；数据里本来写着“镇”的人名、步骤也换掉。"""
    settings.MEDIA_ROOT = tmp_path
    settings.TOWN_NAME, settings.ACTOR_WORDS = "青石乡", ("组", "乡", "县")
    settings.SYSTEM_TITLE, settings.SYSTEM_SHORT = "青石乡粮食生产调度系统", "青石乡粮食生产"
    town = again(WalkTown)
    Plan.objects.update(
        subject="粮食生产", upload_label="农情平台编号", title="粮食生产方案", issuer="青石乡"
    )
    town.target.milestones.filter(order=1).update(needs_external_ref=True)
    Milestone.objects.filter(name__contains="镇级").update(name="核查")
    User.objects.filter(name="镇里小黄").update(name="小黄")
    LogEntry.objects.all().delete()  # 修改记录照记下来的样子，不换
    return town


@pytest.mark.parametrize("name", ["东村书记", "工作人员", "领导", "管理员"])
def test_no_page_or_file_keeps_the_words_of_here(town, name):
    client = client_of(town.visitors[name])

    found = {}
    for route, path in town.addresses(OWN):
        response = client.get(path)
        said = OURS.findall(text_of(response)) if route not in DEFAULTS else []
        if said:
            found[path] = said

    assert found == {}


def test_the_pages_and_papers_say_the_words_of_there(town):
    """不是少写了几处：总览、大屏、台账、通报、周报、登录页、手机桌面都照那里的叫法写着。"""
    leader, nobody = client_of(town.leader), client_of(None)
    pages = {
        "/": ["2024年粮食生产总览", "组该办的逾期", "青石乡粮食生产调度系统"],
        "/screen/": ["粮食生产大屏", "组里该办的逾期"],
        "/patches/": ["组该办", "乡该办", "县该办"],
        "/plan/": ["要填农情平台编号", "<td>组</td>"],
        "/bulletin/": ["关于全乡粮食生产工作进展情况的通报", "组该办的图斑逾期"],
        "/help/": ["下一步由组里做的是“组该办”，由乡里、县里做的是“乡该办”“县该办”"],
    }

    for path, wanted in pages.items():
        page = text_of(leader.get(path))
        assert [words for words in wanted if words not in page] == [], path
    assert "<h1>青石乡粮食生产调度系统</h1>" in text_of(nobody.get("/accounts/login/"))
    manifest = nobody.get("/manifest.webmanifest").json()
    assert (manifest["name"], manifest["short_name"]) == ("青石乡粮食生产调度系统", "粮食生产")


def test_the_files_are_named_after_the_subject(town):
    leader = client_of(town.leader)
    names = [
        leader.get(path + "?on=2024-10-20").headers["Content-Disposition"]
        for path in ("/weekly.xlsx", "/bulletin/download.docx")
    ]

    assert "青石乡粮食生产周报_2024-10-20.xlsx" in unquote(names[0])
    assert "青石乡粮食生产工作通报_2024-10-20.docx" in unquote(names[1])
    book = load_workbook(io.BytesIO(weekly_workbook(Plan.objects.get(), date(2024, 10, 20))))
    assert book["总表"]["A1"].value.startswith("青石乡2024年粮食生产工作周报")


def test_the_number_is_asked_and_shown_by_its_own_name(town):
    patch = town.add_patch(town.target, town.east, "DONG-0009", "3")
    boss, address = client_of(town.east_boss), f"/patches/{patch.pk}/report/"
    given = {
        name: value
        for _, where, form in Fields(text_of(boss.get(address))).forms
        for name, value in form.items()
        if where in ("", address)
    }

    refused = boss.post(address, {**given, "done_on": "2024-09-10"})
    actions.report(patch, by=town.east_boss, on=date(2024, 9, 10), external_ref="NQ-7")

    assert "请填农情平台编号" in refused.context["form"].errors["external_ref"][0]
    assert refused.context["form"].fields["external_ref"].label == "农情平台编号"
    assert "农情平台编号 NQ-7" in text_of(boss.get(f"/patches/{patch.pk}/"))


@pytest.mark.parametrize("name", WORLDS)
def test_plans_of_other_kinds_keep_no_word_of_here_either(name, settings, tmp_path):
    """粮食、工程、专项行动、巡查、到户、别的省：办事员的方案装好以后换了称呼，主要的页和公文都跟着换。"""
    settings.MEDIA_ROOT = tmp_path
    world = WORLDS[name]
    again(world.town)
    settings.ACTOR_WORDS = ("组", "乡", "县")
    client, found = client_of(make_user(role=Role.STAFF)), {}

    for path in ("/", "/screen/", "/today/", "/plan/", "/bulletin/", "/weekly.xlsx", "/help/"):
        said = ACTORS.findall(text_of(client.get(f"{path}?on={sorted(world.figures)[1]}")))
        if said:
            found[path] = said

    assert found == {}
