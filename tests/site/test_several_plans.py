"""几份方案同时进行：一月里老方案还有没了结的，新方案已经开始；同一年度也可以有两份。"""

import io
from datetime import date, datetime
from html import unescape

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from plots.models import Patch
from taiping.reports.bulletin import write_bulletin
from tasks import workbook
from tasks.models import Plan, Target
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_batch, make_plan, make_target
from tests.worlds.kept import again
from tests.worlds.plan_files import edit
from tests.worlds.town import TwoVillages, sep

pytestmark = pytest.mark.django_db
OLDER = "2024年度方案还有 2 个图斑没有了结，其中 2 个逾期"


@pytest.fixture
def january(media):
    """2024 年的两块图斑一块没报、一块报了一半；2025 年度的方案照着复制好了，已经开始。"""
    town = again(TwoVillages)
    town.half = town.add_patch(town.target, town.west, "T2", place="新坡")
    town.act("report", town.half, by=town.west_secretary, on=sep(5), area_mu="4")
    Patch.objects.update(created_at=town.at)
    town.new = copy_to_next_year(town.plan)
    town.at = timezone.make_aware(datetime(2025, 1, 20, 12))
    return town


def settle_all(town):
    """老方案的两块都了结了。"""
    for patch in (town.patch, town.half):
        town.act("exempt", patch, by=town.huang, on=date(2025, 1, 10), note="是水田")


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.mark.parametrize(
    "address",
    ["/", "/patches/", "/patches/map/", "/bulletin/", "/plan/", "/screen/", "/villages/{east}/"],
)
def test_every_page_of_the_new_plan_says_what_the_old_one_still_owes(january, client, address):
    client.force_login(january.mayor)
    address = address.format(east=january.east.pk)
    told = OLDER if "villages" not in address else "2024年度方案还有 2 个图斑没有了结"

    page = page_of(client, f"{address}?on=2025-01-20")

    assert told in page
    assert told not in page_of(client, f"{address}?plan=2024&on=2025-01-20")
    assert "/patches/?plan=2024&on=2025-01-20&state=open" in page


def test_the_sentence_opens_exactly_what_it_counts(january, client):
    client.force_login(january.mayor)

    for query in ("on=2025-01-20", "on=2025-01-20&basis=recorded"):
        response = client.get(f"/patches/?plan=2024&{query}&state=open")
        assert response.context["count"] == 2
    january.act("exempt", january.patch, by=january.huang, on=date(2025, 1, 10), note="是水田")
    assert client.get("/patches/?plan=2024&on=2025-01-20&state=open").context["count"] == 1
    assert client.get("/patches/?plan=2024&on=2025-01-09&state=open").context["count"] == 2
    assert "还有 1 个图斑没有了结，其中 1 个逾期" in page_of(client, "/?plan=2025&on=2025-01-20")


def test_a_secretary_is_told_of_the_own_village_alone(january, client):
    client.force_login(january.east_secretary)

    page = page_of(client, "/patches/?on=2025-01-20")

    assert "2024年度方案还有 1 个图斑没有了结，其中 1 个逾期" in page


def test_nothing_is_said_when_the_old_plan_is_done(january, client):
    settle_all(january)
    client.force_login(january.mayor)

    assert "没有了结" not in page_of(client, "/?plan=2025&on=2025-01-20")


def test_the_bulletin_says_it_in_its_notes(january):
    words = str(write_bulletin(january.new, date(2025, 1, 20)))

    assert f"{OLDER}，不在本次统计里。" in words


def test_links_and_the_header_keep_plan_day_and_basis(january, client):
    client.force_login(january.mayor)

    page = page_of(client, "/?plan=2024&on=2024-10-20&basis=recorded")

    context = "?plan=2024&on=2024-10-20&basis=recorded"
    for path in ("/patches/", "/patches/map/", "/plan/", "/bulletin/"):
        assert f'href="{path}{context}"' in page
    assert 'href="/?plan=2025&on=2024-10-20&basis=recorded"' in page  # 换一份看，日子不变
    assert f'href="/villages/{january.east.pk}/?plan=2024' in page


def test_the_session_remembers_until_the_usual_plan_changes(january, client):
    client.force_login(january.mayor)
    usual = client.get("/patches/").context["filters"].question.plan

    client.get("/patches/?plan=2024")
    after = client.get("/plan/").context["plan"]
    client.get(f"/plan/?plan={usual.code}")
    back = client.get("/plan/").context["plan"]

    assert (usual.code, after.code, back) == ("2025", "2024", usual)
    client.get("/plan/?plan=2024")
    newest = copy_to_next_year(january.new)  # 又过了一年
    assert client.get("/plan/").context["plan"] == newest


def test_year_in_an_old_link_still_works(january, client):
    client.force_login(january.mayor)

    assert client.get("/?year=2024").context["question"].plan == january.plan
    assert client.get("/patches/?year=2024").context["count"] == 2
    assert "没有“2031”这一项" in page_of(client, "/patches/?year=2031")
    assert "没有代码是“wu”的方案" in page_of(client, "/?plan=wu")


def test_crumbs_of_an_old_patch_lead_back_to_the_old_plan(january, client):
    client.force_login(january.huang)
    address = f"/patches/{january.patch.pk}/"
    came = "http://testserver/patches/?plan=2024&q=T1"

    direct = page_of(client, address)
    from_list = unescape(client.get(address, HTTP_REFERER=came).content.decode())
    from_elsewhere = client.get(address, HTTP_REFERER="http://bieren/patches/?q=1")

    assert '<a href="/patches/?plan=2024">图斑台账</a>' in direct
    assert f'href="/villages/{january.east.pk}/?plan=2024"' in direct
    assert '<a href="/patches/?plan=2024&q=T1">图斑台账</a>' in from_list
    assert "bieren" not in from_elsewhere.content.decode()


def test_a_search_that_finds_nothing_says_where_it_is(january, client):
    client.force_login(january.huang)

    page = page_of(client, "/patches/?plan=2025&q=T2")

    assert '<a href="?plan=2024&q=T2">2024年度有 1 个</a>' in page
    assert "有 1 个</a>" not in page_of(client, "/patches/?plan=2025&q=没有的")


def test_rows_of_all_plans_name_the_plan_that_is_not_the_newest(january, client):
    new_target = january.new.targets.get()
    january.add_patch(new_target, january.east, "N1")
    for patch in (january.patch, "N1"):
        january.act("report", patch, by=january.east_secretary, on=date(2025, 1, 5))
    client.force_login(january.east_secretary)
    mine = page_of(client, "/my/?group=later") + page_of(client, "/my/")
    for patch in (january.patch, "N1"):
        last = Patch.objects.get(code=getattr(patch, "code", patch)).target.milestones.get(order=2)
        january.act("report", patch, by=january.east_secretary, on=date(2025, 1, 6), step=last)
    client.force_login(january.huang)
    queue = page_of(client, "/review/")

    for page in (mine, queue):
        assert "2024年度 · " in page
        assert "2025年度 · " not in page


def test_adding_by_hand_asks_for_which_plan(january, client):
    client.force_login(january.huang)

    page = page_of(client, "/patches/add/")
    client.post(
        "/patches/add/",
        {"target": "2024:abandoned", "village": january.east.pk, "code": "补", "area_mu": "3"},
    )
    Patch.objects.filter(code="补").update(since_on=date(2025, 1, 5))

    assert "2024年度 · " in page
    assert "2025年度 · " in page
    assert Patch.objects.get(code="补").target.plan == january.plan
    settle_all(january)
    january.act("exempt", "补", by=january.huang, on=date(2025, 1, 10), note="是水田")
    assert "2024年度 · " not in page_of(client, "/patches/add/")


def test_two_plans_of_one_year_live_side_by_side(january, client):
    grain = make_plan(2024, code="2024-grain", title="粮食生产方案")
    target = make_target(grain, "rice")
    make_batch(target)
    client.force_login(january.mayor)

    page = page_of(client, "/plan/?plan=2024-grain")
    out = io.StringIO()
    call_command("progress", plan="2024-grain", as_of="2024-10-20", stdout=out)

    assert "2024年度（2024-grain）方案" in page
    assert 'href="/plan/?plan=2024"' in page
    assert "rice" in out.getvalue() or target.name in out.getvalue()
    with pytest.raises(
        CommandError, match="没有代码是“wu”的方案。现有的代码：2025、2024、2024-grain。"
    ):
        call_command("progress", plan="wu")


class TestImportNeverOverwritesAnother:
    @pytest.fixture
    def other(self, january):
        """同一年度另一份方案的表：没有写代码，标题不一样。"""
        content = workbook.export_xlsx(january.plan)
        return edit(content, ("方案", "B3", "太平镇2024年粮食生产方案"))

    def test_the_command_asks_and_writes_nothing(self, january, other, tmp_path):
        file = tmp_path / "方案.xlsx"
        file.write_bytes(other)

        with pytest.raises(CommandError, match="请给它另一个代码"):
            call_command("import_plan", str(file))
        assert Plan.objects.get(code="2024").title == "2024年耕地保护工作实施方案"

        call_command("import_plan", str(file), code="2024-grain", stdout=io.StringIO())
        assert Plan.objects.get(code="2024").title == "2024年耕地保护工作实施方案"
        assert Plan.objects.get(code="2024-grain").title == "太平镇2024年粮食生产方案"
        assert Target.objects.filter(plan__year=2024).count() == 2

        call_command("import_plan", str(file), same_plan=True, stdout=io.StringIO())
        assert Plan.objects.get(code="2024").title == "太平镇2024年粮食生产方案"

    def test_the_page_asks_before_and_refuses_when_not_answered(self, january, other, client):
        client.force_login(january.admin)
        file = io.BytesIO(other)
        file.name = "方案.xlsx"
        address = client.post("/plan/import/", {"file": file}).url

        preview = page_of(client, address)
        refused = client.post(address)
        again = page_of(client, f"{address}?code=2024-grain")
        client.post(address, {"code": "2024-grain"})

        assert "是同一份方案吗" in preview
        assert refused.status_code == 422
        assert "请给它另一个代码" in refused.content.decode()
        assert "2024年度（2024-grain）方案会新增" in again
        titles = dict(Plan.objects.values_list("code", "title"))
        assert titles["2024"] == "2024年耕地保护工作实施方案"
        assert titles["2024-grain"] == "太平镇2024年粮食生产方案"
