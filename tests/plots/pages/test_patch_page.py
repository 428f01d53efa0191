"""图斑页：看得见的都说清楚，能办的才有按钮；办一件事只记一次，别人先动过的会说。"""

import uuid
from collections import Counter
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots import actions
from plots.ledger.replay import records_of
from plots.ledger.timeline import timeline
from plots.models import Evidence, Kind, Patch, RectificationRecord, Status
from tests.worlds.factories import make_patch, make_record, make_user
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages, sep
from villages.models import Posting, Role

pytestmark = pytest.mark.django_db

VERBS = {
    "confirm": Status.AWAITING,
    "send_back": Status.AWAITING,
    "exempt": Status.PENDING,
    "defer": Status.PENDING,
    "resume": Status.DEFERRED,
    "remark": Status.PENDING,
    "amend": Status.PENDING,
    "split": Status.PENDING,
}
WORDS = {
    "send_back": {"note": "未见复种"},
    "exempt": {"note": "影像为水田"},
    "defer": {"note": "等水退"},
    "remark": {"note": "抓紧"},
    "amend": {"code": "T1", "area_mu": "9.5", "reason": "图纸有误"},
    "split": {"code1": "T1-1", "area1": "6", "code2": "T1-2", "area2": "4", "reason": "两户"},
}


def url(town, verb=""):
    return f"/patches/{town.patch.pk}/{verb}{'/' if verb else ''}"


def fields(town, verb, **changes):
    """打开表单、照着填好；seen 和 client_key 是打开时的。"""
    last = town.patch.records.order_by("-pk").first()
    village = {"village": town.east.pk} if verb == "amend" else {}
    return {
        "client_key": str(uuid.uuid4()),
        "seen": last.pk if last else 0,
        "done_on": "2024-09-20",
        **WORDS.get(verb, {}),
        **village,
        **changes,
    }


def records(town, *kinds):
    return RectificationRecord.objects.filter(patch=town.patch, kind__in=kinds)


@pytest.mark.parametrize("verb", VERBS)
def test_staff_do_each_thing_and_are_told_what_comes_next(client, town, verb):
    town.bring_to(VERBS[verb])
    client.force_login(town.huang)
    assert client.get(url(town, verb)).status_code == 200

    answer = client.post(url(town, verb), fields(town, verb), follow=True)

    told = {
        "confirm": "T1 “镇级核实”核实通过，10.00 亩。这块图斑已经销号。",
        "send_back": "T1 已退回到“举证上传”。东村会在“我的任务”最前面看到。下一步：举证上传，2024年10月31日前。",
        "exempt": "T1 已认定核查无问题，核减 10.00 亩。这块图斑已经了结。",
        "defer": "T1 已暂缓，不再催办。具备条件时点“恢复整改”。",
        "resume": "T1 已恢复整改。下一步：复耕复种，2024年9月30日前。",
        "remark": "T1 的督办已经写下，村里和镇里都看得到。下一步：复耕复种，2024年9月30日前。",
        "amend": "T1 已更正：面积（亩） 10 → 9.5。下一步：复耕复种，2024年9月30日前。",
        "split": "T1 已拆分为 2 块。接下来在拆分出来的图斑上办理。",
    }[verb]
    assert answer.redirect_chain == [(url(town), 302)]
    assert [str(message) for message in answer.context["messages"]] == [told]
    record = town.patch.records.order_by("-pk").first()
    assert (record.by, record.done_on) == (town.huang, sep(20))


@pytest.mark.parametrize("who", ["mayor", "east_secretary", "west_secretary", "liu", "admin"])
@pytest.mark.parametrize("verb", VERBS)
def test_who_may_open_and_send_each_form(client, town, verb, who):
    town.bring_to(VERBS[verb])
    before = town.state()
    client.force_login(getattr(town, who))
    allowed = who in ("liu", "admin") or (who, verb) == ("mayor", "remark")
    refused = 404 if who == "west_secretary" else 403

    opened = client.get(url(town, verb)).status_code
    sent = client.post(url(town, verb), fields(town, verb)).status_code

    assert (opened, sent) == ((200, 302) if allowed else (refused, refused))
    assert (town.state() == before) is not allowed


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_form_twice_makes_one_record(client, town, verb):
    town.bring_to(VERBS[verb])
    client.force_login(town.huang)
    form = fields(town, verb)

    client.post(url(town, verb), form)
    once = RectificationRecord.objects.count(), Patch.objects.count()
    again = client.post(url(town, verb), form)

    assert (again.status_code, again.url) == (302, url(town))
    assert (RectificationRecord.objects.count(), Patch.objects.count()) == once


def test_the_wrong_moment_sends_back_to_the_page_with_a_sentence(client, town):
    client.force_login(town.huang)

    answer = client.get(url(town, "confirm"), follow=True)

    assert answer.redirect_chain == [(url(town), 302)]
    assert "T1 现在是“待整治”，只有“待核实”的图斑可以核实。" in answer.content.decode()
    assert client.get(url(town, "delete")).status_code == 404


def test_the_one_who_reported_cannot_confirm(client, town):
    town.report(by=town.liu, step=town.evidence)
    client.force_login(town.liu)

    page = client.post(url(town, "confirm"), fields(town, "confirm"))

    assert "这块图斑有您自己上报的步骤，请换一位镇工作人员核实。" in page.content.decode()
    assert town.now() == Status.AWAITING


def test_what_was_typed_is_kept_and_the_error_is_beside_the_field(client, town):
    client.force_login(town.huang)

    page = client.post(
        url(town, "defer"), fields(town, "defer", done_on="2023-12-31", note="鱼塘没有到期")
    )

    assert page.context["form"].errors == {
        "done_on": ["日期 2023年12月31日 早于方案开始的 2024年1月1日，请核对后重填。"]
    }
    assert "鱼塘没有到期" in page.content.decode()
    assert town.now() == Status.PENDING


@pytest.mark.parametrize(
    ("verb", "changes", "wrong"),
    [
        ("defer", {"note": " "}, "note"),
        ("exempt", {"note": ""}, "note"),
        ("remark", {"note": ""}, "note"),
        ("send_back", {"note": ""}, "reasons"),
        ("send_back", {"note": "", "reasons": ["其他（写明）"]}, "note"),
        ("send_back", {"step": "9" * 30}, "step"),
        ("send_back", {"reasons": ["编的理由"]}, "reasons"),
        ("send_back", {"note": "\x00"}, "note"),
        ("confirm", {"done_on": "9月5日"}, "done_on"),
        ("confirm", {"done_on": "2999-01-01"}, "done_on"),
        ("confirm", {"client_key": "x"}, "client_key"),
        ("confirm", {"seen": "x"}, "seen"),
        ("amend", {"area_mu": "9" * 40}, "area_mu"),
        ("amend", {"area_mu": "三亩"}, "area_mu"),
        ("amend", {"area_mu": "0"}, "area_mu"),
        ("amend", {"area_mu": "NaN"}, "area_mu"),
        ("amend", {"village": "9" * 30}, "village"),
        ("amend", {"code": ""}, "code"),
        ("amend", {"reason": ""}, "reason"),
        ("amend", {"code": "长" * 61}, "code"),
        ("amend", {"area_mu": "10"}, "__all__"),
        ("split", {"code2": "", "area2": ""}, "code2"),
        ("split", {"area2": ""}, "area2"),
        ("split", {"code2": ""}, "code2"),
        ("split", {"area2": "-4"}, "area2"),
        ("split", {"area2": "3.5"}, "differs"),
        ("split", {"code2": "T1-1"}, "__all__"),
    ],
)
def test_a_wrong_field_is_said_and_nothing_happens(client, town, verb, changes, wrong):
    town.bring_to(VERBS[verb])
    before = town.state()
    client.force_login(town.huang)

    page = client.post(url(town, verb), fields(town, verb, **changes))

    assert page.status_code == 200
    assert list(page.context["form"].errors) == [wrong]
    assert town.state() == before
    assert Patch.objects.count() == 1


def test_a_split_that_does_not_add_up_is_said_and_done_when_ticked(client, town):
    client.force_login(town.huang)
    form = fields(town, "split", area2="3.5")

    asked = client.post(url(town, "split"), form)
    done = client.post(url(town, "split"), {**form, "differs": "on"}, follow=True)

    assert "拆分后合计 9.50 亩，比原面积 10.00 亩少 0.50 亩。" in asked.content.decode()
    assert "T1 已拆分为 2 块，合计比原面积少 0.5 亩。" in done.content.decode()
    assert [child.code for child in done.context["children"]] == ["T1-1", "T1-2"]
    assert "2024年9月20日已经拆分" in done.content.decode()
    child = done.context["children"][0]
    assert f'<a href="{url(town)}">T1</a>' in client.get(f"/patches/{child.pk}/").content.decode()


def test_someone_else_was_first_and_the_text_is_kept(client, town):
    town.report(step=town.evidence)
    client.force_login(town.liu)
    form = fields(town, "send_back", note="东南角没有种")
    town.do("amend", on=sep(12))

    told = client.post(url(town, "send_back"), form)

    text = told.content.decode()
    assert told.context["changed"] == ["黄玲 2024年9月12日更正：图纸有误"]
    assert "黄玲 2024年9月12日更正：图纸有误" in text
    assert "东南角没有种" in text
    assert not records(town, Kind.RETURN).exists()
    # 看过了，照着新的样子再交一次
    again = told.context["form"]
    client.post(
        url(town, "send_back"),
        {
            **form,
            "seen": again["seen"].value(),
            "step": again.steps[-1].pk,
        },
    )
    assert records(town, Kind.RETURN).get().note == "东南角没有种"


def test_two_reviewers_the_second_learns_what_the_first_did(client, town):
    town.report(step=town.evidence)
    client.force_login(town.liu)
    form = fields(town, "confirm", note="都种上了")
    town.do("send_back", on=sep(12))

    told = client.post(url(town, "confirm"), form).content.decode()

    assert "黄玲 2024年9月12日退回到“举证上传”：未见复种" in told
    assert "T1 现在是“已退回”，只有“待核实”的图斑可以核实。" in told
    assert "都种上了" in told
    assert not records(town, Kind.PASS).exists()


# 看


def test_other_villages_patches_do_not_exist(client, town):
    client.force_login(town.west_secretary)
    assert client.get(url(town)).status_code == 404
    client.force_login(town.east_secretary)
    assert client.get(url(town)).status_code == 200
    assert client.get(f"/patches/{'9' * 30}/").status_code == 404


def buttons(client, town, user):
    client.force_login(user)
    page = client.get(url(town))
    return {offered.verb for offered in page.context["offered_actions"]} | (
        {"report"} if page.context["may_report"] else set()
    )


def test_each_person_gets_the_buttons_they_can_use(client, town):
    assert buttons(client, town, town.east_secretary) == {"report"}
    assert buttons(client, town, town.mayor) == {"remark"}
    assert buttons(client, town, town.huang) == {
        "report",
        "exempt",
        "defer",
        "remark",
        "amend",
        "split",
        "remove",
    }
    town.bring_to(Status.AWAITING)
    assert buttons(client, town, town.huang) == {
        "confirm",
        "send_back",
        "exempt",
        "remark",
        "amend",
        "split",
        "remove",
    }
    assert buttons(client, town, town.east_secretary) == set()


def test_next_step_deadline_and_what_is_missing(client):
    town = again(TwoVillages, needs_ref=True, min_photos=2)
    town.report()
    client.force_login(town.east_secretary)

    page = client.get(url(town))

    text = page.content.decode()
    assert "2024年10月31日截止，由东村上报。" in text
    assert "要报完这一步：还缺 2 张照片，请填国土调查云上传编号。" in text
    assert page.context["is_late"] is True


def test_the_timeline_tells_everything(client, town):
    noon = timezone.make_aware(datetime(2024, 12, 20, 12))
    town.report(area_mu="4", on=sep(5))
    town.report(on=date(2024, 10, 4), step=town.evidence)
    town.do(
        "send_back", on=date(2024, 10, 8), step=town.evidence, reasons=["需补充近景"], note="看不清"
    )
    actions.remark(town.patch, by=town.mayor, on=date(2024, 10, 9), at=noon, note="月底前补齐")
    client.force_login(town.east_secretary)

    page = client.get(url(town))

    events = page.context["events"]
    assert [(event.title, event.record.is_withdrawn, event.late_days) for event in events] == [
        ("督办", False, 0),
        ("退回到“举证上传”", False, 0),
        ("上报 · 举证上传", True, 0),
        ("上报 · 复耕复种", False, 4),
        ("上报 · 复耕复种", False, 0),
    ]
    text = page.content.decode()
    for words in (
        "月底前补齐",
        "需补充近景",
        "看不清",
        "逾期 4 天",
        "补录",
        "（部分）",
        "2024年10月8日撤回 · 黄玲",
    ):
        assert words in text
    assert text.count("is-withdrawn") == 1


def test_an_amendment_shows_old_and_new_and_keeps_what_it_replaced(client, town):
    town.report()
    town.do("amend", on=sep(20))
    client.force_login(town.huang)

    page = client.get(url(town))

    assert "面积（亩）：10 → 9" in page.content.decode()
    assert [(event.title, event.area_mu) for event in page.context["events"]] == [
        ("更正", None),
        ("上报 · 复耕复种", 9),
    ]
    assert [event.area_mu for event in page.context["replaced"]] == [10]
    assert "更正前的 1 条记录" in page.content.decode()


def test_a_child_moved_to_another_village_is_not_shown_to_the_first(client, town):
    town.do("split")
    moved = Patch.objects.get(code="T1-2")
    actions.amend(moved, by=town.huang, on=sep(21), village=town.west, code="西-9", reason="画错村")
    client.force_login(town.east_secretary)

    page = client.get(url(town))

    assert [child.code for child in page.context["children"]] == ["T1-1"]
    assert "西-9" not in page.content.decode()
    client.force_login(town.west_secretary)
    page = client.get(f"/patches/{moved.pk}/")
    assert page.status_code == 200
    assert page.context["parent"] is None


def test_evidence_and_demo_are_marked(client, town):
    demo = make_patch(
        town.target, town.east, is_demo=True, extra={"问题类型": "撂荒", "items": "别的列"}
    )
    record = make_record(demo, town.replant, is_demo=True)
    Evidence.objects.create(
        patch=demo,
        record=record,
        kind="DOCUMENT",
        file="evidence/x.pdf",
        name="合同.pdf",
        size=9,
        sha256="0" * 64,
        by=town.huang,
    )
    client.force_login(town.east_secretary)

    text = client.get(f"/patches/{demo.pk}/").content.decode()

    for words in ("合同.pdf", "演示数据", "问题类型", "撂荒", "别的列"):
        assert words in text


def test_the_timeline_takes_the_records_and_the_steps(town, django_assert_num_queries):
    town.bring_to(Status.CLOSED)
    town.do("remark")
    patch = Patch.objects.select_related("target__plan").get(pk=town.patch.pk)

    with django_assert_num_queries(2):
        events, _ = timeline(patch, records_of(patch))
        assert [(str(e.record.by), e.late_days) for e in events]


def test_a_secretary_without_a_village_sees_nothing(client, town):
    Posting.objects.filter(user=town.east_secretary).delete()
    client.force_login(town.east_secretary)

    assert client.get(url(town)).status_code == 404
    assert client.get("/patches/").context["count"] == 0


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_the_patch_page_asks_nothing_twice(town, client, role):
    client.force_login(make_user(f"kan-{role.lower()}", role=role))
    client.get(f"/patches/{town.patch.pk}/")

    with CaptureQueriesContext(connection) as asked:
        client.get(f"/patches/{town.patch.pk}/")

    times = Counter(query["sql"] for query in asked)
    assert [sql for sql, count in times.items() if count > 1] == []
