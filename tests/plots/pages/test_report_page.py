"""上报的页面：一张短表，交一次记一次；不该报的人进不来，别人先动过的说清楚。"""

import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from plots import actions
from plots.models import Evidence, Kind, RectificationRecord, Status
from tasks.models import Milestone
from tests.worlds.factories import make_milestone, make_patch, make_target, make_user
from tests.worlds.year import TODAY, in_days
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo(color="green", name="现场.jpg"):
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(stream, "JPEG")
    return SimpleUploadedFile(name, stream.getvalue(), "image/jpeg")


def fields(client, patch):
    """打开表单，照它的样子填好默认的几格。"""
    form = client.get(f"/patches/{patch.pk}/report/").context["form"]
    given = {
        name: form[name].value()
        for name in form.fields
        if name not in ("camera", "files", "area_mu")
    }
    return {
        **{name: "" if value is None else value for name, value in given.items()},
        "done_on": TODAY().isoformat(),
    }


def post(client, patch, **changes):
    data = {
        name: value
        for name, value in {**fields(client, patch), **changes}.items()
        if value is not None
    }
    return client.post(f"/patches/{patch.pk}/report/", data)


def said(response):
    """跳转以后页面上的那句话。"""
    return [str(message) for message in response.wsgi_request._messages]


def words(response):
    return response.content.decode()


def test_secretary_reports_and_is_back_at_the_list_with_a_word(client, year):
    patch = year.patch(due=-5, code="T0012", area_mu=Decimal("3.5"))
    client.force_login(year.east_secretary)

    response = post(client, patch, note="种了油菜")

    record = RectificationRecord.objects.get()
    due = in_days(25)
    assert (response.status_code, response.url) == (302, "/my/")
    assert said(response) == [
        f"已上报 T0012 复耕复种，3.50 亩，逾期 5 天。下一步：举证上传，{_day(due)}前。"
    ]
    assert (record.area_mu, record.completes, record.note, record.by) == (
        Decimal("3.5"),
        True,
        "种了油菜",
        year.east_secretary,
    )


def _day(day):
    return (
        f"{day.month}月{day.day}日"
        if day.year == TODAY().year
        else f"{day.year}年{day.month}月{day.day}日"
    )


def test_facts_and_return_reason_stand_above_the_form(client, year):
    patch = year.patch(place="王家湾", area_mu=Decimal("3.5"))
    year.report(patch)
    year.send_back(patch)
    client.force_login(year.east_secretary)

    page = words(client.get(f"/patches/{patch.pk}/report/"))

    above = page[: page.index('<form class="form report-form"')]
    for fact in ("东村", "王家湾", "3.50 亩", "未见复耕复种；北边那角没种"):
        assert fact in above


def test_part_is_reported_and_the_rest_is_told(client, year):
    patch = year.patch(code="T1")
    client.force_login(year.east_secretary)

    response = post(client, patch, amount="part", area_mu="4")

    assert said(response) == [
        f"已上报 T1 复耕复种，4.00 亩，这一步还剩 6.00 亩。下一步：复耕复种，{_day(in_days(20))}前。"
    ]
    patch.refresh_from_db()
    assert patch.status == Status.UNDERWAY
    assert "剩下的 6.00 亩也做完了" in words(client.get(f"/patches/{patch.pk}/report/"))


def test_smaller_area_can_be_said_to_complete_the_step(client, year):
    patch = year.patch()
    client.force_login(year.east_secretary)

    post(client, patch, amount="final", area_mu="9.2")

    record = RectificationRecord.objects.get()
    assert (record.area_mu, record.completes) == (Decimal("9.2"), True)


def test_several_steps_are_reported_together(client, year):
    patch = year.patch(code="T1")
    evidence = patch.target.milestones.get(code="evidence")
    client.force_login(year.east_secretary)

    response = post(client, patch, step=str(evidence.pk))

    patch.refresh_from_db()
    assert patch.status == Status.AWAITING
    assert said(response) == [
        f"已上报 T1 复耕复种、举证上传，10.00 亩。下一步：镇级核实，{_day(in_days(65))}前，由镇里办。"
    ]


def test_part_of_several_steps_is_refused_beside_the_choice(client, year):
    patch = year.patch()
    evidence = patch.target.milestones.get(code="evidence")
    client.force_login(year.east_secretary)

    response = post(
        client, patch, step=str(evidence.pk), amount="part", area_mu="4", note="留着这句"
    )

    assert response.context["form"].errors["step"] == [
        "只做了一部分时请一步一步报：先报“复耕复种”。"
    ]
    assert "留着这句" in words(response)
    assert RectificationRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"done_on": "2099-01-01"}, "done_on", "还没有到"),
        ({"done_on": "昨天"}, "done_on", "“昨天”不是日期"),
        ({"amount": "part", "area_mu": ""}, "area_mu", "请填这次做了多少亩"),
        ({"amount": "part", "area_mu": "三亩"}, "area_mu", "请填数字"),
        ({"amount": "part", "area_mu": "10.5"}, "area_mu", "还剩 10 亩，这次填了 10.5 亩"),
        ({"amount": "final", "area_mu": "0"}, "area_mu", "要大于 0"),
        ({"amount": "whole", "area_mu": "0.1"}, "area_mu", "填了 0.1 亩，上面选的却是全部 10 亩"),
    ],
)
def test_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(
    client, year, changes, field, sentence
):
    patch = year.patch()
    client.force_login(year.east_secretary)

    response = post(client, patch, note="已经种上", **changes)

    page = words(response)
    assert sentence in response.context["form"].errors[field][0]
    assert page.count(sentence) == 2  # 上面的汇总和旁边各一次
    assert "已经种上" in page
    assert RectificationRecord.objects.count() == 0


def test_the_whole_area_written_out_is_no_contradiction(client, year):
    patch = year.patch()
    client.force_login(year.east_secretary)

    post(client, patch, amount="whole", area_mu="10")

    assert RectificationRecord.objects.get().area_mu == 10


def test_without_knowing_has_the_button_names_no_step_that_is_not_chosen(client, year):
    """两步可选时，不认 :has 的浏览器按钮上只写“上报”：选哪一步看上面，不会写一步报两步。"""
    patch = year.patch()
    client.force_login(year.east_secretary)

    page = words(client.get(f"/patches/{patch.pk}/report/"))

    assert '<span class="step-plain">上报</span>' in page
    assert 'autocomplete="off"' not in page  # 退回来的时候，填的面积和编号还在


def test_date_before_the_step_before_is_refused(client, year):
    patch = year.patch()
    year.report(patch, on=in_days(-3))
    client.force_login(year.east_secretary)

    response = post(client, patch, done_on=in_days(-4).isoformat())

    assert "早于上报“复耕复种”的日期" in response.context["form"].errors["done_on"][0]


def test_double_click_makes_one_record_and_gives_the_first_answer(client, year):
    patch = year.patch(code="T1")
    client.force_login(year.east_secretary)
    data = {**fields(client, patch), "camera": photo()}

    first = client.post(f"/patches/{patch.pk}/report/", data)
    second = client.post(
        f"/patches/{patch.pk}/report/", {**data, "camera": photo(), "note": "又点了一次"}
    )

    assert RectificationRecord.objects.count() == Evidence.objects.count() == 1
    assert (second.status_code, second.url) == (302, "/my/")
    assert said(second)[-1] == said(first)[-1]


def test_photo_needed_is_told_and_then_taken(client, year):
    target = year.target(name="要照片")
    target.milestones.filter(code="replant").update(min_photos=2)
    patch = year.patch(target=target)
    client.force_login(year.east_secretary)

    opened = words(client.get(f"/patches/{patch.pk}/report/"))
    refused = post(client, patch, camera=photo("red"), note="照片拍了")
    kept = words(refused)
    taken = post(client, patch, camera=[photo("red"), photo("blue")])

    assert "还缺 2 张照片" in opened
    assert 'capture="environment"' in opened
    assert "还缺 1 张照片" in refused.context["form"].errors["camera"][0]
    assert "照片需要重新选择" in kept
    assert "照片拍了" in kept
    assert taken.status_code == 302
    assert [one.record.milestone.code for one in Evidence.objects.all()] == ["replant", "replant"]


def test_part_does_not_ask_for_photos(client, year):
    target = year.target()
    target.milestones.filter(code="replant").update(min_photos=1)
    patch = year.patch(target=target)
    client.force_login(year.east_secretary)

    assert post(client, patch, amount="part", area_mu="4").status_code == 302


def test_a_bad_photo_leaves_no_record_behind(client, year):
    patch = year.patch()
    client.force_login(year.east_secretary)
    broken = SimpleUploadedFile("坏的.jpg", b"\xff\xd8\xff not a photo", "image/jpeg")

    response = post(client, patch, camera=[photo(), broken])

    assert "坏的.jpg" in response.context["form"].errors["camera"][0]
    assert RectificationRecord.objects.count() == Evidence.objects.count() == 0


def test_upload_number_is_asked_only_where_a_step_needs_it(client, year):
    without = year.patch(target=year.target(name="不要编号"))
    needing = year.patch(target=year.target(name="要编号", needs_external_ref=True))
    year.report(needing)
    client.force_login(year.east_secretary)

    refused = post(client, needing)
    taken = post(client, needing, external_ref="YDC-2024-0091")

    assert "external_ref" not in client.get(f"/patches/{without.pk}/report/").context["form"].fields
    assert "请填国土调查云上传编号" in refused.context["form"].errors["external_ref"][0]
    assert taken.status_code == 302
    assert RectificationRecord.objects.latest("pk").external_ref == "YDC-2024-0091"


def test_leader_may_not_report_and_the_other_village_does_not_exist(client, year):
    patch = year.patch()
    for user, status in ((year.mayor, 403), (year.west_secretary, 404)):
        client.force_login(user)
        assert client.get(f"/patches/{patch.pk}/report/").status_code == status
        assert client.post(f"/patches/{patch.pk}/report/", {"note": "偷着报"}).status_code == status
    assert RectificationRecord.objects.count() == 0


def test_step_of_the_town_is_reported_by_staff_on_the_same_form(client, year):
    target = make_target(year.plan, name="重点图斑")
    make_milestone(target, name="比对核实", due_on=in_days(3), actor=Milestone.Actor.TOWN)
    make_milestone(target, name="复耕复种", due_on=in_days(9))
    patch = make_patch(target, year.east, code="Z1")

    client.force_login(year.east_secretary)
    assert client.get(f"/patches/{patch.pk}/report/").status_code == 403
    client.force_login(year.huang)
    page = words(client.get(f"/patches/{patch.pk}/report/"))
    response = post(client, patch)

    assert re.search(r"<span[^>]*>上报比对核实", page)
    assert response.url == f"/patches/{patch.pk}/"
    assert said(response) == [
        f"已上报 Z1 比对核实，10.00 亩。下一步：复耕复种，{_day(in_days(9))}前。"
    ]


def test_somebody_else_changed_the_patch_meanwhile(client, year):
    patch = year.patch()
    client.force_login(year.east_secretary)
    data = {**fields(client, patch), "note": "我们种了六亩"}
    year.report(patch, by=year.liu, area_mu="4")

    response = client.post(f"/patches/{patch.pk}/report/", data)

    page = words(response)
    assert "刘泽" in page
    assert "上报了“复耕复种”4.00 亩" in page
    assert "我们种了六亩" in page
    assert RectificationRecord.objects.count() == 1
    again = {**data, "seen": response.context["form"]["seen"].value()}
    assert client.post(f"/patches/{patch.pk}/report/", again).status_code == 302
    assert RectificationRecord.objects.count() == 2


def test_patch_finished_by_somebody_else_keeps_the_words_typed(client, year):
    patch = year.patch(code="T1")
    client.force_login(year.east_secretary)
    data = {**fields(client, patch), "note": "下雨前种完的"}
    year.report(patch, by=year.liu, step=patch.target.milestones.get(code="evidence"))

    response = client.post(f"/patches/{patch.pk}/report/", data)

    page = words(response)
    assert response.status_code == 200
    assert "刘泽" in page
    assert "都上报了，待镇里核实，不用再报" in page
    assert "下雨前种完的" in page
    assert RectificationRecord.objects.filter(kind=Kind.REPORT, by=year.east_secretary).count() == 0


def test_opening_a_finished_patch_says_so_instead_of_a_form(client, year):
    patch = year.patch(code="T1")
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    client.force_login(year.east_secretary)

    response = client.get(f"/patches/{patch.pk}/report/")

    assert (response.status_code, response.url) == (302, "/my/")
    assert said(response) == ["图斑 T1 现在是“待核实”，都上报了，待镇里核实，不用再报。"]


def test_a_remark_meanwhile_does_not_stop_the_report(client, year):
    patch = year.patch()
    client.force_login(year.east_secretary)
    data = fields(client, patch)
    actions.remark(patch, by=year.mayor, note="抓紧")

    assert client.post(f"/patches/{patch.pk}/report/", data).status_code == 302


def test_administrator_reports_like_staff(client, year):
    patch = year.patch()
    client.force_login(make_user(role=Role.ADMIN))

    assert post(client, patch).url == f"/patches/{patch.pk}/"
