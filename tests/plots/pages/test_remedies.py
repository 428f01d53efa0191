"""图斑页的“整改路径和材料”，台账里齐了几样：谁看得见、谁能交，筛得出缺材料的，导出也有。"""

import io
from datetime import date

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from plots.actions import documents
from plots.exporting.workbooks import ledger_workbook
from plots.importing.undo import refusal
from plots.models import Batch, Patch, RemedyDocument
from tasks.models import RemedyItem, RemedyRoute, Target
from tests.worlds.factories import make_batch, make_patch
from tests.worlds.photos import pdf, upload

pytestmark = pytest.mark.django_db
NAMES = ["会议日期", "应到人数", "同意人数", "公示开始", "公示截止"]


@pytest.fixture
def council(town):
    """东村的图斑走一事一议；西村的一块也走，别的村看不到。"""
    Target.objects.filter(pk=town.target.pk).update(kind=Target.Kind.CASES)
    Patch.objects.filter(pk=town.patch.pk).update(remedy="council")
    town.patch.refresh_from_db()
    town.far = make_patch(town.target, town.west, code="西-1", remedy_id="council")
    return town


def item(name):
    return RemedyItem.objects.get(route__code="council", name=name)


def address(town, name="会议日期", patch=None):
    return reverse("plots:remedy_hand_in", args=[(patch or town.patch).pk, item(name).pk])


def section(client, town):
    page = client.get(reverse("plots:patch", args=[town.patch.pk]))
    return page.context["remedies"], page.content.decode()


def fields(client, url, **given):
    """页面上的表单原样交回去，改了几格。"""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in ("client_key", "seen", "on", "words")}
    return {name: "" if value is None else value for name, value in values.items()} | given


def hand_in_all(patch, by):
    for name in NAMES:
        given = {"number": "30"} if item(name).needs_number else {}
        documents.hand_in(patch, item(name), by=by, on=date(2024, 9, 10), **given)


def test_the_secretary_hands_in_on_the_phone(council, client):
    client.force_login(council.east_secretary)
    url = address(council)

    sent = client.post(url, fields(client, url, on="2024-09-10"))

    assert sent.url == reverse("plots:patch", args=[council.patch.pk]) + "#remedy"
    assert [str(said) for said in get_messages(sent.wsgi_request)] == [
        f"{council.patch.code} 的“会议日期”已经记下。"
    ]
    found, page = section(client, council)
    assert (found.papers.words, found.may_choose, found.may_hand_in) == ("1/5", False, True)
    assert [row.lacking for row in found.papers.rows] == [
        [],
        ["编号或数"],
        ["编号或数"],
        ["日期"],
        ["日期"],
    ]
    assert "材料 1/5" in page


def test_a_file_comes_with_it(council, client):
    council.patch.remedy_id = "facility"
    council.patch.save(update_fields=["remedy"])
    asked = RemedyItem.objects.get(name="审核表")
    url = reverse("plots:remedy_hand_in", args=[council.patch.pk, asked.pk])
    client.force_login(council.huang)

    client.post(url, fields(client, url, files=upload(pdf(), "审核表.pdf")))

    [document] = RemedyDocument.objects.all()
    assert [file.name for file in document.files.all()] == ["审核表.pdf"]
    found, page = section(client, council)
    assert found.papers.words == "1/5"
    assert "审核表.pdf" in page


def test_others_villages_patches_do_not_exist(council, client):
    handed = documents.hand_in(
        council.far, item("应到人数"), by=council.huang, on=date(2024, 9, 1), number="西村五十"
    )
    client.force_login(council.east_secretary)

    for url in (
        address(council, patch=council.far),
        reverse("plots:remedy_route", args=[council.far.pk]),
        reverse("plots:remedy_take_back", args=[handed.pk]),
    ):
        assert client.get(url).status_code == 404
        assert client.post(url, {"reason": "x"}).status_code == 404
    listed = client.get(reverse("plots:patch_list") + "?papers=on").content.decode()
    assert council.patch.code in listed
    assert "西-1" not in listed
    assert RemedyDocument.objects.filter(withdrawn_at=None).count() == 1


def test_the_leader_only_looks(council, client):
    client.force_login(council.mayor)
    found, page = section(client, council)

    assert (found.may_choose, found.may_hand_in) == (False, False)
    assert "材料 0/5" in page
    assert client.get(address(council)).status_code == 403
    assert client.get(reverse("plots:remedy_route", args=[council.patch.pk])).status_code == 403


def test_staff_choose_the_route_and_are_told_of_news(council, client):
    client.force_login(council.huang)
    url = reverse("plots:remedy_route", args=[council.patch.pk])
    opened = client.get(url).context["form"]["seen"].value()
    reclaim = RemedyRoute.objects.get(code="reclaim")
    documents.choose_route(council.patch, reclaim, by=council.liu, seen="council")

    told = client.post(url, {"seen": opened, "route": "title"})
    assert "别人已经把整改路径改成了“拆除复耕”" in told.content.decode()
    again = told.context["form"]["seen"].value()
    client.post(url, {"seen": again, "route": "title"})

    assert Patch.objects.get(pk=council.patch.pk).remedy_id == "title"
    found, page = section(client, council)
    assert found.papers is None
    assert "这条路径还没有填要哪些材料" in page


def test_news_of_the_same_paper_keeps_what_was_typed(council, client):
    client.force_login(council.huang)
    url = address(council, "应到人数")
    typed = fields(client, url, number="46", words="名册核过")
    documents.hand_in(
        council.patch, item("应到人数"), by=council.liu, on=date(2024, 9, 1), number="45"
    )

    told = client.post(url, typed)
    page = told.content.decode()
    assert "刘泽在" in page
    assert 'value="46"' in page
    form = told.context["form"]
    client.post(url, typed | {"seen": form["seen"].value()})

    numbers = RemedyDocument.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["45", "46"]


def test_what_is_wrong_is_one_sentence_and_nothing_is_lost(council, client):
    client.force_login(council.huang)
    url = address(council, "应到人数")

    empty = client.post(url, fields(client, url))
    future = client.post(url, fields(client, url, number="46", on="2098-01-01"))

    assert "“应到人数”一样也没有填" in empty.content.decode()
    assert "还没有到，到了那天再填" in future.content.decode()
    assert 'value="46"' in future.content.decode()
    assert not RemedyDocument.objects.exists()


def test_taking_back_leaves_it_struck_on_the_page(council, client):
    handed = documents.hand_in(
        council.patch, item("应到人数"), by=council.huang, on=date(2024, 9, 1), number="四十五"
    )
    client.force_login(council.liu)
    url = reverse("plots:remedy_take_back", args=[handed.pk])

    assert client.post(url, {"reason": ""}).status_code == 200
    client.post(url, {"reason": "是别的图斑的"})

    found, page = section(client, council)
    assert found.papers.words == "0/5"
    assert "已撤回：是别的图斑的，刘泽" in page
    again = client.post(url, {"reason": "再撤一次"}, follow=True)
    assert "撤回（是别的图斑的），没有再撤回。" in again.content.decode()


def test_a_patch_of_another_kind_has_no_such_section(town, client):
    client.force_login(town.huang)
    found, page = section(client, town)

    assert found is None
    assert "整改路径" not in page


def test_the_ledger_shows_filters_and_exports_how_many(council, client):
    bare = make_patch(council.target, council.east, code="无-1")
    hand_in_all(council.far, council.huang)
    client.force_login(council.huang)

    page = client.get(reverse("plots:patch_list"))
    words = {row.patch.code: row.papers and row.papers.words for row in page.context["rows"]}
    assert words == {council.patch.code: "0/5", "西-1": "5/5", bare.code: None}

    def codes(query):
        found = client.get(reverse("plots:patch_list") + query)
        assert found.context["filters"].problems == []
        return [row.patch.code for row in found.context["rows"]], found.context["chips"]

    assert codes("?papers=on")[0] == [council.patch.code]
    # 西村的9月10日才交齐
    assert codes("?papers=on&on=2024-09-10")[0] == [council.patch.code]
    assert codes("?papers=on&on=2024-09-09")[0] == [council.patch.code, "西-1"]
    assert codes("?route=council")[0] == [council.patch.code, "西-1"]
    found, chips = codes("?route=.")
    assert (found, chips[0][0]) == ([bare.code], "整改路径：还没有定")
    wrong = client.get(reverse("plots:patch_list") + "?route=burn")
    assert "没有“burn”这一项" in wrong.context["filters"].problems[0]

    book = openpyxl.load_workbook(
        io.BytesIO(ledger_workbook(Patch.objects.order_by("pk"), "台账")), data_only=True
    )
    rows = list(book.active.iter_rows(values_only=True))
    head = [str(text).replace("\n", "") for text in rows[2]]
    told = {row[2]: (row[8], row[head.index("整改材料")]) for row in rows[3:-1]}
    assert told == {
        council.patch.code: ("一事一议", "0/5"),
        "西-1": ("一事一议", "5/5"),
        bare.code: (None, None),
    }


def test_more_papers_take_no_more_queries(council, client, django_assert_num_queries):
    client.force_login(council.huang)
    url = reverse("plots:patch_list")
    page = reverse("plots:patch", args=[council.patch.pk])
    hand_in_all(council.far, council.huang)
    hand_in_all(council.patch, council.huang)
    client.get(url)
    for number in range(5):
        one = make_patch(council.target, council.east, code=f"多-{number}", remedy_id="council")
        hand_in_all(one, council.huang)

    with django_assert_num_queries(12):  # 比没有路径的多两次：路径和材料，交来的
        client.get(url)
    with django_assert_num_queries(12):  # 多的三次：路径和材料，交来的，附件；督办单一次
        client.get(page)


def test_an_import_with_papers_handed_in_is_not_undone(council):
    batch = make_batch(council.target)
    Batch.objects.filter(pk=batch.pk).update(applied_at=batch.created_at)
    batch.refresh_from_db()
    Patch.objects.filter(pk=council.far.pk).update(batch=batch)
    assert refusal(batch) == ""

    hand_in_all(council.far, council.huang)

    assert "有 1 个已经有了记录或整改材料，不能整批撤回" in refusal(batch)


def test_what_is_found_without_a_problem_asks_for_no_papers(council, client):
    council.do("exempt")
    client.force_login(council.huang)

    page = client.get(reverse("plots:patch_list"))
    words = {row.patch.code: row.papers and row.papers.words for row in page.context["rows"]}
    assert words == {council.patch.code: None, "西-1": "0/5"}
    for query in ("?papers=on", "?papers=on&on=2024-12-20"):
        found = client.get(reverse("plots:patch_list") + query)
        assert [row.patch.code for row in found.context["rows"]] == ["西-1"]
    then = client.get(reverse("plots:patch_list") + "?on=2024-12-20")
    assert {row.patch.code: bool(row.papers) for row in then.context["rows"]} == {
        council.patch.code: False,
        "西-1": True,
    }
    found, page = section(client, council)
    assert found.papers is None
    assert "核查无问题，不用交材料" in page
    book = openpyxl.load_workbook(
        io.BytesIO(ledger_workbook(Patch.objects.order_by("pk"), "台账")), data_only=True
    )
    rows = list(book.active.iter_rows(values_only=True))
    column = [str(text).replace("\n", "") for text in rows[2]].index("整改材料")
    assert {row[2]: row[column] for row in rows[3:-1]} == {council.patch.code: None, "西-1": "0/5"}


def test_a_part_says_where_the_papers_of_the_whole_are(council, client):
    documents.hand_in(council.patch, item("会议日期"), by=council.huang, on=date(2024, 9, 10))
    halves = [{"code": f"{council.patch.code}-{part}", "area_mu": "5"} for part in (1, 2)]
    council.do("split", children=halves)
    bare = make_patch(council.target, council.east, code="又一块", remedy_id="council")
    part = Patch.objects.get(code=halves[0]["code"])
    client.force_login(council.east_secretary)

    told = "拆分以前交的材料在原图斑"
    assert told in client.get(reverse("plots:patch", args=[part.pk])).content.decode()
    assert told not in client.get(reverse("plots:patch", args=[bare.pk])).content.decode()


@pytest.mark.parametrize(
    ("until", "doubt"),
    [
        (date(2024, 9, 10), ""),
        (date(2024, 9, 9), "公告从2024年9月1日到2024年9月9日是 9 天，要求不少于 10 天，请核对。"),
        (date(2024, 8, 31), "公告截止 2024年8月31日 早于公告开始 2024年9月1日，请核对。"),
    ],
)
def test_a_notice_posted_for_too_few_days_is_pointed_out_and_kept(council, client, until, doubt):
    """头尾两天都算；只提醒，材料照收。"""
    Patch.objects.filter(pk=council.patch.pk).update(remedy="facility")
    days = {"公告开始": date(2024, 9, 1), "公告截止": until}
    for name, on in days.items():
        asked = RemedyItem.objects.get(route__code="facility", name=name)
        documents.hand_in(council.patch, asked, by=council.huang, on=on)
    client.force_login(council.east_secretary)

    found, page = section(client, council)

    assert found.papers.doubts == ([doubt] if doubt else [])
    assert doubt in page and ("请核对。" in page) == bool(doubt)


def test_one_end_of_the_notice_alone_is_not_judged(council, client):
    Patch.objects.filter(pk=council.patch.pk).update(remedy="facility")
    asked = RemedyItem.objects.get(route__code="facility", name="公告截止")
    documents.hand_in(council.patch, asked, by=council.huang, on=date(2024, 9, 1))
    client.force_login(council.east_secretary)

    assert section(client, council)[0].papers.doubts == []
