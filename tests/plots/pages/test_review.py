"""待核实：先报的先看，通过或退回以后接着看下一块；自己报的不能自己核实。"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from plots import actions, evidence
from plots.models import Kind, Reason, RectificationRecord, Status
from tasks.models import Milestone
from tests.worlds.factories import make_milestone, make_target, make_user, make_village
from tests.worlds.year import TODAY, in_days
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def awaiting(year, by=None, **fields):
    """一块各步都报了、待核实的图斑。"""
    patch = year.patch(**fields)
    step = patch.target.milestones.filter(actor=Milestone.Actor.VILLAGE).last()
    year.report(patch, by=by, step=step)
    patch.refresh_from_db()
    assert patch.status == Status.AWAITING
    return patch


def photo(color="green"):
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(stream, "JPEG")
    return SimpleUploadedFile("现场.jpg", stream.getvalue(), "image/jpeg")


def attach(patch, color="green"):
    record = patch.records.filter(kind=Kind.REPORT).last()
    return evidence.attach(record, [photo(color)], by=record.by)[0]


def fields(client, patch, query=""):
    form = client.get(f"/review/{patch.pk}/{query}").context["form"]
    return {
        "client_key": form["client_key"].value(),
        "seen": form["seen"].value(),
        "step": form["step"].value(),
        "done_on": TODAY().isoformat(),
    }


def post(client, patch, verdict, query="", **changes):
    data = {**fields(client, patch, query), "verdict": verdict, **changes}
    return client.post(f"/review/{patch.pk}/{query}", data)


def said(response):
    return [str(message) for message in response.wsgi_request._messages]


def words(response):
    return response.content.decode()


def codes(response):
    return [card.patch.code for card in response.context["cards"]]


def test_queue_is_the_oldest_report_first(client, year):
    first, second = year.patch(code="先建后报"), year.patch(code="后建先报")
    for patch in (second, first):
        year.report(patch, step=patch.target.milestones.get(code="evidence"))
    year.patch(code="还没报")
    client.force_login(year.huang)

    response = client.get("/review/")

    assert codes(response) == ["后建先报", "先建后报"]
    assert "2 个图斑待核实" in words(response)


def test_queue_is_filtered_by_target_and_village(client, year):
    one = awaiting(year, code="东一")
    two = awaiting(year, code="西一", village=year.west, by=year.west_secretary, target=one.target)
    awaiting(year, code="别的任务", target=year.target(name="种植结构调整"))
    client.force_login(year.huang)

    assert codes(client.get(f"/review/?target={one.target_id}")) == ["东一", "西一"]
    assert codes(client.get(f"/review/?target={one.target_id}&village={two.village_id}")) == [
        "西一"
    ]
    assert codes(client.get("/review/?target=abc&village=")) == ["东一", "西一", "别的任务"]
    assert "这样筛选没有待核实的图斑" in words(client.get("/review/?target=999999"))


def test_empty_queue_says_why(client, year):
    client.force_login(year.huang)

    assert "都核实完了" in words(client.get("/review/"))


def test_page_shows_photos_facts_and_steps_side_by_side(client, year):
    patch = awaiting(year, code="T1", place="王家湾", contractor="李大田", due=-4)
    picture = attach(patch)
    client.force_login(year.huang)

    page = words(client.get(f"/review/{patch.pk}/"))

    assert f'src="/patches/evidence/{picture.pk}/display/"' in page
    assert f'href="/patches/evidence/{picture.pk}/original/"' in page
    for fact in ("王家湾", "李大田", "10.00 亩", "复耕复种", "举证上传", "逾期 4 天", "东村书记"):
        assert fact in page


def test_same_photo_elsewhere_is_pointed_out(client, year):
    patch, other = (
        awaiting(year, code="T1"),
        awaiting(year, code="T2", village=year.west, by=year.west_secretary),
    )
    attach(patch)
    attach(other)
    client.force_login(year.huang)

    assert "同一张照片也用于图斑 T2（西村）" in words(client.get(f"/review/{patch.pk}/"))


def test_pass_closes_the_patch_and_goes_on_to_the_next(client, year):
    patch, after = awaiting(year, code="T1"), awaiting(year, code="T2")
    client.force_login(year.huang)

    response = post(client, patch, "pass")

    patch.refresh_from_db()
    assert (patch.status, patch.records.last().kind) == (Status.CLOSED, Kind.PASS)
    assert response.url == f"/review/{after.pk}/"
    assert said(response) == ["T1 镇级核实通过，10.00 亩，已销号。"]


def test_return_with_several_reasons_and_words(client, year):
    patch, after = awaiting(year, code="T1"), awaiting(year, code="T2")
    reasons = ["未见复耕复种", "需补充近景"]
    replant = patch.target.milestones.get(code="replant")
    client.force_login(year.huang)

    response = post(client, patch, "return", reasons=reasons, note="北边没种", step=str(replant.pk))

    patch.refresh_from_db()
    record = patch.records.last()
    assert (patch.status, patch.next_milestone) == (Status.RETURNED, replant)
    assert (record.reasons, record.note, record.by) == (reasons, "北边没种", year.huang)
    assert response.url == f"/review/{after.pk}/"
    assert said(response) == ["T1 已退回到“复耕复种”，东村会在“我的任务”最前面看到。"]


def test_last_of_the_queue_goes_back_to_the_list(client, year):
    patch = awaiting(year)
    client.force_login(year.huang)

    response = post(client, patch, "pass")

    assert response.url == "/review/"


def test_filter_is_kept_on_the_way(client, year):
    patch = awaiting(year, code="T1")
    awaiting(year, code="别村的", village=year.west, by=year.west_secretary)
    after = awaiting(year, code="T3")
    client.force_login(year.huang)
    query = f"?village={year.east.pk}"

    page = words(client.get(f"/review/{patch.pk}/{query}"))
    response = post(client, patch, "pass", query)

    assert f'href="/review/{after.pk}/{query}"' in page
    assert response.url == f"/review/{after.pk}/{query}"


@pytest.mark.parametrize(
    ("verdict", "changes", "field", "sentence"),
    [
        ("return", {}, "reasons", "请勾选退回理由，或在说明里写明原因"),
        ("return", {"reasons": ["其他（写明）"]}, "note", "请在说明里写清楚"),
        ("pass", {"reasons": ["未见复耕复种"], "note": "留着"}, "reasons", "要通过请去掉勾选"),
        ("pass", {"done_on": "2099-01-01"}, "done_on", "还没有到"),
        ("", {}, "verdict", "请按“核实通过”或“退回”"),
    ],
)
def test_mistake_is_told_beside_its_field(client, year, verdict, changes, field, sentence):
    patch = awaiting(year)
    client.force_login(year.huang)

    response = post(client, patch, verdict, **changes)

    patch.refresh_from_db()
    assert sentence in response.context["form"].errors[field][0]
    assert sentence in words(response)
    assert changes.get("note", "") in words(response)
    assert patch.status == Status.AWAITING


def test_error_summary_leads_to_the_reasons(client, year):
    patch = awaiting(year)
    client.force_login(year.huang)

    page = words(post(client, patch, "return"))

    assert '<a href="#id_reasons">' in page
    assert page.count('id="id_reasons"') == 1


def test_retired_reason_is_not_offered(client, year):
    Reason.objects.filter(text="需补充近景").update(is_active=False)
    patch = awaiting(year)
    client.force_login(year.huang)

    assert "需补充近景" not in words(client.get(f"/review/{patch.pk}/"))


def test_nobody_reviews_what_they_reported(client, year):
    patch, after = awaiting(year, by=year.huang), awaiting(year)
    client.force_login(year.liu)
    data = {**fields(client, patch), "verdict": "pass"}
    client.force_login(year.huang)

    page = words(client.get(f"/review/{patch.pk}/"))
    response = client.post(f"/review/{patch.pk}/", data)

    patch.refresh_from_db()
    assert "这块图斑有您自己上报的步骤，请换一位镇工作人员核实" in page
    assert 'value="pass"' not in page
    assert f'<a class="button" href="/review/{after.pk}/">下一个</a>' in page
    assert patch.status == Status.AWAITING
    assert "请换一位镇工作人员核实" in words(response)


def test_someone_else_reviewed_it_meanwhile(client, year):
    patch, after = awaiting(year, code="T1"), awaiting(year)
    client.force_login(year.huang)
    data = {**fields(client, patch), "verdict": "pass"}
    actions.send_back(patch, by=year.liu, on=TODAY(), reasons=["需补充近景"])

    response = client.post(f"/review/{patch.pk}/", data)

    patch.refresh_from_db()
    assert response.url == f"/review/{after.pk}/"
    assert "现在是“已退回”" in said(response)[0]
    assert "刘泽" in said(response)[0]
    assert "需补充近景" in said(response)[0]
    assert patch.status == Status.RETURNED


def test_reported_anew_while_it_was_being_looked_at(client, year):
    patch = awaiting(year)
    evidence_step = patch.target.milestones.get(code="evidence")
    client.force_login(year.huang)
    data = {
        **fields(client, patch),
        "verdict": "return",
        "note": "近景再拍",
        "reasons": ["需补充近景"],
    }
    actions.send_back(patch, by=year.liu, on=TODAY(), reasons=["需补充近景"], step=evidence_step)
    year.report(patch)

    response = client.post(f"/review/{patch.pk}/", data)

    patch.refresh_from_db()
    page = words(response)
    assert patch.status == Status.AWAITING
    assert "您看的时候，这块图斑有了新的记录" in page
    assert "近景再拍" in page


def test_double_click_gives_the_first_answer(client, year):
    patch = awaiting(year, code="T1")
    client.force_login(year.huang)
    data = {**fields(client, patch), "verdict": "pass"}

    first = client.post(f"/review/{patch.pk}/", data)
    second = client.post(f"/review/{patch.pk}/", data)

    assert said(second)[-1] == said(first)[0] == "T1 镇级核实通过，10.00 亩，已销号。"
    assert RectificationRecord.objects.filter(kind=Kind.PASS).count() == 1


def test_district_acceptance_is_entered_as_the_district_found(client, year):
    target = make_target(year.plan, name="耕地恢复补足")
    make_milestone(target, name="项目施工", due_on=in_days(5))
    make_milestone(target, name="竣工验收", due_on=in_days(30), actor=Milestone.Actor.DISTRICT)
    patch = awaiting(year, target=target, code="B1")
    client.force_login(year.huang)

    page = words(client.get(f"/review/{patch.pk}/"))
    response = post(client, patch, "pass")

    assert "竣工验收：按区里结果登记" in page
    assert said(response) == ["B1 竣工验收通过，10.00 亩，已销号。"]


def test_only_the_town_reviews(client, year):
    patch = awaiting(year)
    for user in (year.east_secretary, year.west_secretary, year.mayor):
        client.force_login(user)
        for path in ("/review/", f"/review/{patch.pk}/"):
            assert client.get(path).status_code == 403
            assert client.post(path, {"verdict": "pass"}).status_code == 403
    patch.refresh_from_db()
    assert patch.status == Status.AWAITING
    client.force_login(make_user(role=Role.ADMIN))
    assert client.get(f"/review/{patch.pk}/").status_code == 200


def test_number_of_queries_does_not_grow(client, year, django_assert_num_queries):
    awaiting(year)
    client.force_login(year.huang)
    client.get("/review/")
    with CaptureQueriesContext(connection) as one:
        client.get("/review/")
    awaiting(year, village=year.west, by=year.liu)
    awaiting(year, village=make_village("南村"), by=year.liu)

    with django_assert_num_queries(len(one)):
        assert len(codes(client.get("/review/"))) == 3
