"""常态工作的页面：记一次、各村一起记、撤回；发现问题添加成图斑；谁看得见什么。"""

import io
import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from plots.models import Attachment, Patch
from tasks.models import Duty, DutyEntry
from tests.worlds.duty_town import DutyTown, oct
from tests.worlds.kept import again
from tests.worlds.photos import encoded, upload

pytestmark = pytest.mark.django_db
PAGE = "/duties/"


@pytest.fixture
def town(settings):
    settings.FIXED_TODAY = oct(20)
    return again(DutyTown)


def enter(client, duty, **given):
    data = {"client_key": uuid.uuid4(), "on": "2024-10-18", "count": "1", "words": "看了两个社"}
    return client.post(f"{PAGE}{duty.pk}/enter/", {**data, **given})


def test_a_secretary_enters_one_for_the_own_village(client, town):
    client.force_login(town.east_secretary)

    answer = enter(client, town.patrol, village=town.east.pk)

    entry = DutyEntry.objects.get()
    assert answer.url == f"/duties/entries/{entry.pk}/"
    assert (entry.village, entry.on, entry.count, entry.words) == (
        town.east,
        oct(18),
        1,
        "看了两个社",
    )
    assert (entry.by, entry.problems) == (town.east_secretary, 0)
    page = client.get(answer.url).content.decode()
    assert "已记下：东村巡查 2024-10-18 1 次。" in page and "发现问题</a>" in page


def test_the_same_form_twice_is_one_entry(client, town):
    client.force_login(town.east_secretary)
    key = uuid.uuid4()

    enter(client, town.patrol, village=town.east.pk, client_key=key)
    answer = enter(client, town.patrol, village=town.east.pk, client_key=key)

    assert DutyEntry.objects.count() == 1
    assert "刚才已经记过，没有再记一次" in client.get(answer.url).content.decode()


def test_the_other_village_does_not_exist(client, town):
    other = town.did(town.patrol, town.west, oct(16), words="西村的话")
    client.force_login(town.east_secretary)

    answer = enter(client, town.patrol, village=town.west.pk)

    assert "没有这个村，或不是您负责的村" in answer.content.decode()
    assert DutyEntry.objects.count() == 1
    assert client.get(f"/duties/entries/{other.pk}/").status_code == 404
    assert client.get(f"/duties/entries/{other.pk}/withdraw/").status_code == 404
    page = client.get(PAGE).content.decode()
    assert "西村" not in page and "论证" not in page


def test_the_towns_duties_are_not_for_secretaries_and_the_leader_only_reads(client, town):
    client.force_login(town.east_secretary)
    assert enter(client, town.siting).status_code == 403

    client.force_login(town.mayor)
    answer = enter(client, town.patrol, village=town.east.pk)
    assert answer.status_code == 403
    assert "常态工作由镇工作人员记" in answer.content.decode()
    assert "/enter/" not in client.get(PAGE).content.decode()
    assert DutyEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"count": "0"}, "至少是 1"),
        ({"count": "两次"}, "请填整数"),
        ({"count": "1000000000000"}, "太大了"),
        ({"on": "2024-10-21"}, "这一天还没有到"),
        ({"on": "2023-12-31"}, "不在2024年度方案的起止日期"),
        ({"words": "很长" * 300}, "最多 500 个字"),
        ({"problems": "-1"}, "至少是 0"),
    ],
)
def test_bad_input_is_told_and_kept(client, town, given, sentence):
    client.force_login(town.huang)

    answer = enter(client, town.patrol, village=town.east.pk, **given)

    page = answer.content.decode()
    assert sentence in page and DutyEntry.objects.count() == 0
    assert given.get("words", "看了两个社") in page


def test_photos_go_with_the_entry_and_stay_in_the_village(client, town, media):
    client.force_login(town.east_secretary)

    enter(client, town.patrol, village=town.east.pk, files=[upload(encoded(), "现场.jpg")])

    [photo] = Attachment.objects.all()
    entry = DutyEntry.objects.get()
    assert (photo.village, photo.duty_entry_file.entry) == (town.east, entry)
    assert "现场.jpg" in client.get(f"/duties/entries/{entry.pk}/").content.decode()


def test_the_towns_photo_is_not_offered_to_a_village_that_cannot_open_it(client, town, media):
    client.force_login(town.huang)
    enter(client, town.siting, files=[upload(encoded(), "踏勘.jpg")])
    page = f"/duties/entries/{DutyEntry.objects.get().pk}/"
    assert "踏勘.jpg" in client.get(page).content.decode()

    client.force_login(town.east_secretary)

    assert "踏勘.jpg" not in client.get(page).content.decode()


def fill(client, town, on="2024-10-18", key=None, **given):
    """given 是 east=("次数", "问题", "话")。"""
    data = {"client_key": key or uuid.uuid4(), "on": on}
    for place, values in given.items():
        pk = getattr(town, place).pk
        data |= zip_names(("count", "problems", "words"), values, pk)
    return client.post(f"{PAGE}{town.patrol.pk}/table/", data)


def zip_names(names, values, pk):
    return {f"{name}{pk}": value for name, value in zip(names, values, strict=True)}


def test_staff_enter_all_villages_in_one_table(client, town):
    client.force_login(town.huang)
    key = uuid.uuid4()

    answer = fill(client, town, key=key, east=("2", "1", "公路边"), west=("", "", ""))
    fill(client, town, key=key, east=("2", "1", "公路边"), west=("1", "", ""))

    assert answer.url == "/duties/?plan=2024&duty=patrol"
    rows = DutyEntry.objects.order_by("pk").values_list("village__name", "count", "problems")
    assert list(rows) == [("东村", 2, 1), ("西村", 1, 0)]


def test_a_row_with_words_needs_its_number(client, town):
    client.force_login(town.huang)

    page = fill(client, town, east=("", "2", "公路边")).content.decode()

    assert "东村写了做了什么、发现了问题，却没有填数量。请填上。" in page
    assert "公路边" in page and DutyEntry.objects.count() == 0


def test_withdrawing_keeps_the_row_and_the_second_is_told(client, town):
    entry = town.did(town.patrol, town.east, oct(16), by=town.east_secretary)
    address = f"/duties/entries/{entry.pk}/withdraw/"
    client.force_login(town.east_secretary)
    assert client.get(address).status_code == 403  # 不是当天记的

    client.force_login(town.huang)
    assert client.post(address, {"reason": ""}).status_code == 200
    client.post(address, {"reason": "多写了一次"})
    again_answer = client.post(address, {"reason": "多写了一次"}, follow=True)

    entry.refresh_from_db()
    assert (entry.withdrawn_on, entry.withdrawn_by) == (oct(16), town.huang)
    assert again_answer.redirect_chain == [(f"/duties/entries/{entry.pk}/", 302)]
    assert "撤回（多写了一次），没有再撤回。" in again_answer.content.decode()
    assert "多写了一次" in client.get(PAGE).content.decode()


def add_problem(client, town, entry, **given):
    data = {
        "entry": entry.pk,
        "target": "illegal",
        "village": entry.village_id or town.east.pk,
        "area_mu": "0.5",
        "place": "公路边",
        "since_on": "2024-10-16",
        "stopped_on": "2024-10-16",
        "stop_notice_no": "太责停〔2024〕3号",
    }
    return client.post("/patches/add/", {**data, **given})


def test_a_problem_becomes_a_patch_that_runs_its_steps(client, town):
    entry = town.did(town.patrol, town.east, oct(16), by=town.east_secretary, problems=1)
    client.force_login(town.east_secretary)
    form = client.get(f"/patches/add/?entry={entry.pk}").content.decode()
    assert "巡查发现" in form and form.count('value="2024-10-16"') == 2
    assert f'name="village" value="{town.east.pk}"' in form and "违法占用" in form

    answer = add_problem(client, town, entry)

    patch = Patch.objects.get()
    assert answer.url == f"/patches/{patch.pk}/"
    assert (patch.target, patch.village, patch.duty_entry) == (town.illegal, town.east, entry)
    assert (patch.found_on, patch.stopped_on) == (oct(16), oct(16))
    assert patch.next_milestone.code == "replant"
    page = client.get(answer.url).content.decode()
    assert "太责停〔2024〕3号" in page and "巡查发现" in page
    assert "公路边" in client.get(f"/duties/entries/{entry.pk}/").content.decode()
    assert town.on(oct(20)).stopped_at_once == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"stopped_on": "2024-10-15"}, "制止日期不能早于发现那天"),
        ({"stopped_on": "2024-10-21"}, "还没有到"),
        ({"target": "abandoned"}, "发现的问题归到“违法占用”"),
        ({"village": "west"}, "这次记录是东村的"),
    ],
)
def test_the_problem_stays_with_its_entry(client, town, given, sentence):
    town.add_target("abandoned", name="撂荒")
    entry = town.did(town.patrol, town.east, oct(16), problems=1)
    client.force_login(town.huang)
    if given.get("village") == "west":
        given = {"village": town.west.pk}

    page = add_problem(client, town, entry, **given).content.decode()

    assert sentence in page and "太责停〔2024〕3号" in page
    assert not Patch.objects.exists()


def test_nobody_finds_a_problem_in_another_villages_entry(client, town):
    entry = town.did(town.patrol, town.west, oct(16), problems=1)
    client.force_login(town.east_secretary)

    assert "西村" not in client.get(f"/patches/add/?entry={entry.pk}").content.decode()
    page = add_problem(client, town, entry, village=town.east.pk).content.decode()

    assert "这次履职记录已经撤回，或不是您的村的" in page
    assert not Patch.objects.exists()


def test_a_village_that_may_not_add_is_told_who_does(client, town):
    town.illegal.villages_may_add = False
    town.illegal.save()
    entry = town.did(town.patrol, town.east, oct(16), by=town.east_secretary, problems=1)
    client.force_login(town.east_secretary)

    page = client.get(f"/duties/entries/{entry.pk}/").content.decode()

    assert "“违法占用”的图斑由镇工作人员添加，请把发现的问题告诉镇里。" in page


def test_every_number_opens_what_makes_it(client, town):
    entry = town.did(town.patrol, town.east, oct(16), 2, problems=3, words="公路边")
    town.found(entry, "补-001", stopped_on=oct(16))
    closed = town.found(entry, "补-002")
    town.close(closed, oct(18))
    town.did(town.patrol, town.east, oct(7), words="上周的")
    town.did(town.patrol, town.west, oct(17), words="没有问题的")
    client.force_login(town.mayor)

    page = client.get(f"{PAGE}?on=2024-10-20").content.decode()
    within = (
        "/duties/?plan=2024&amp;on=2024-10-20&amp;duty=patrol&amp;from=2024-10-14&amp;to=2024-10-20"
    )
    assert f'<a href="{within}#entries">3 次</a>，应 2 次' in page and "150%" in page
    assert f'<a href="{within}&amp;problems=found#entries">2 个</a>' in page
    assert f'当天制止 <a href="{within}&amp;problems=stopped#entries">1 个</a>' in page
    assert f'没了结 <a href="{within}&amp;problems=open#entries">1 个</a>' in page

    done = words_in(client, within)
    assert "公路边" in done and "没有问题的" in done and "上周的" not in done
    for more in ("found", "open", "told", "stopped"):
        listed = words_in(client, f"{within}&amp;problems={more}")
        assert "公路边" in listed and "没有问题的" not in listed
    town.close(Patch.objects.get(code="补-001"), oct(19))
    assert "公路边" not in words_in(client, f"{within}&amp;problems=open")


def test_what_the_town_did_before_the_villages_is_told_apart_and_opens(client, town):
    """改成由村做以前镇里记的三次：不算在已做里，另说一句，点开就是它。"""
    town.did(town.siting, None, oct(8), 3, words="镇里踏勘")
    town.did(town.siting, town.east, oct(9), words="村里踏勘")
    Duty.objects.filter(code="siting").update(who=Duty.Who.VILLAGE)
    client.force_login(town.mayor)

    page = client.get(f"{PAGE}?on=2024-10-20").content.decode()
    own, towns = re.findall(r'href="([^"]*siting[^"]*who=[^"]*)">', page)[:2]

    assert "另有镇里记的" in page
    assert "村里踏勘" in words_in(client, own) and "镇里踏勘" not in words_in(client, own)
    assert "镇里踏勘" in words_in(client, towns) and "村里踏勘" not in words_in(client, towns)


def test_a_problem_removed_from_the_ledger_leaves_the_number_and_its_list(client, town):
    kept = town.did(town.patrol, town.east, oct(16), problems=1, words="公路边")
    town.found(kept, "补-001", stopped_on=oct(16))
    wrong = town.did(town.patrol, town.west, oct(17), problems=1, words="看错了")
    patch = town.found(wrong, "补-002", stopped_on=oct(17))
    town.act("remove", patch, by=town.huang, on=oct(18), at=None, note="不是耕地")
    client.force_login(town.mayor)

    assert (town.on(oct(20)).found, town.on(oct(20)).stopped_at_once) == (1, 1)
    for problems in ("found", "stopped"):
        listed = words_in(client, f"{PAGE}?duty=patrol&on=2024-10-20&problems={problems}")
        assert "公路边" in listed and "看错了" not in listed


def words_in(client, address):
    page = client.get(address.replace("&amp;", "&")).content.decode()
    return page[page.index('id="entries"') :]


def test_one_page_asks_the_same_number_of_queries(client, town, django_assert_num_queries):
    client.force_login(town.mayor)
    client.get(PAGE)
    for number in range(3):
        town.found(town.did(town.patrol, town.east, oct(14)), f"补-{number}")
    with django_assert_num_queries(13) as few:
        client.get(PAGE)
    for number in range(3, 20):
        town.found(town.did(town.patrol, town.east, oct(14)), f"补-{number}")
    with django_assert_num_queries(len(few)):
        client.get(PAGE)


def test_my_tasks_fold_the_duties_with_what_is_lacking(client, town):
    town.did(town.publicity, town.east, oct(2), 3)
    town.did(town.patrol, town.east, oct(13))  # 上周的
    town.did(town.patrol, town.west, oct(16))
    client.force_login(town.east_secretary)

    page = client.get("/my/").content.decode()

    assert "常态工作 2 项，1 项还没有做够" in page
    assert "本周（10月14日至20日）记了 0 次，还差 1 次" in page
    assert "全年记了 3 场" in page and "论证" not in page
    assert f'action="/duties/{town.patrol.pk}/enter/"' in page
    town.did(town.patrol, town.east, oct(16), 2)
    assert "本周（10月14日至20日）记了 2 次，做够了" in client.get("/my/").content.decode()


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_my_tasks_ask_once_for_the_duties_and_not_at_all_without(client, town):
    client.force_login(town.east_secretary)
    client.get("/my/")
    with_duties = queries_of(client, "/my/")

    Duty.objects.exclude(who="TOWN").delete()

    assert queries_of(client, "/my/") == with_duties - 1


def test_a_problem_stopped_later_is_amended_and_the_timeline_keeps_both(client, town):
    patch = town.found(town.did(town.patrol, town.east, oct(16)), "补-001")
    client.force_login(town.huang)
    page = f"/patches/{patch.pk}/amend/"
    assert "制止通知书文号" in client.get(page).content.decode()

    def amend(stopped_on):
        data = {
            "client_key": uuid.uuid4(),
            "seen": 0,
            "done_on": "2024-10-20",
            "reason": "今天停了",
        }
        data |= {"code": "补-001", "village": town.east.pk, "area_mu": "1"}
        return client.post(page, {**data, "stopped_on": stopped_on, "stop_notice_no": "3号"})

    assert "制止日期不能早于发现日期" in amend("2024-10-15").content.decode()
    assert amend("2024-10-17").url == f"/patches/{patch.pk}/"

    patch.refresh_from_db()
    assert (patch.stopped_on, patch.stop_notice_no) == (oct(17), "3号")
    shown = client.get(f"/patches/{patch.pk}/").content.decode()
    assert "制止日期：没有写 → 2024-10-17" in shown
    assert town.on(oct(20)).stopped_at_once == 0


def test_a_patch_of_the_list_has_nothing_to_stop(client, town):
    patch = town.add_patch(town.illegal, town.east, "T1")
    client.force_login(town.huang)

    assert "制止" not in client.get(f"/patches/{patch.pk}/amend/").content.decode()
    assert "制止" not in client.get(f"/patches/{patch.pk}/").content.decode()


def test_the_ledger_has_the_three_columns_and_they_come_back_unread(client, town):
    town.add_patch(town.illegal, town.east, "T1")
    town.found(town.did(town.patrol, town.east, oct(16)), "补-001", stop_notice_no="3号")
    client.force_login(town.huang)

    book = ledger(client)
    rows = list(book.active.iter_rows(values_only=True))
    head = next(row for row in rows if "发现日期" in row)
    at = head.index("发现日期")
    assert head[at : at + 3] == ("发现日期", "制止日期", "制止通知书文号")
    found = next(row for row in rows if "补-001" in row)
    listed = next(row for row in rows if "T1" in row)
    assert (found[at].date(), *found[at + 1 : at + 3]) == (oct(16), None, "3号")
    assert listed[at : at + 3] == (None, None, None)

    Patch.objects.get(code="补-001").delete()
    assert not any("发现日期" in row for row in ledger(client).active.iter_rows(values_only=True))


def ledger(client):
    answer = client.get("/patches/export.xlsx")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return load_workbook(io.BytesIO(content))


def test_a_day_before_the_plan_says_so(client, town):
    client.force_login(town.mayor)

    page = client.get(f"{PAGE}?on=2023-06-01").content.decode()

    assert "2024年度方案从2024年1月1日开始，2023年6月1日还没有开始。" in page
    assert "就在上面点“记一次”" not in page
