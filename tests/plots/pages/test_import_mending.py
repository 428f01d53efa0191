"""在预览页上改错：一格格地改、认村、重复的选一行；改的留得住，文件不动，两个人不互相盖掉。"""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots.importing import Refused, apply_batch, preview
from plots.models import Batch, Mend, Patch
from tests.plots.pages.test_patch_import_page import confirm, preview_of
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_user, make_village
from tests.worlds.patch_files import HEADER, xlsx
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
NAME = re.compile(r'name="((?:c|was|keep|always)-[^"]+)"')


@pytest.fixture
def staff(client):
    user = make_user(role=Role.STAFF, name="黄玲")
    client.force_login(user)
    return user


@pytest.fixture
def target(db):
    for name in ("团碾", "白云", "铁鹅"):
        make_village(name)
    return make_steps_target(make_plan())


def mend(client, url, **fields):
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.post(url, {"do": "mend", **given}, follow=True).content.decode()


def saved():
    rows = Patch.objects.order_by("code").values_list("village__name", "code", "area_mu")
    return list(rows)


def test_wrong_cells_are_mended_in_two_goes_and_told_afterwards(client, staff, target):
    content = xlsx(HEADER, [1, "团碾", "T-1", "3,5", "塆里"], [2, "白云", None, "四亩"])
    url, page = preview_of(client, target, content)
    assert 'name="c-0-2-3" value="3,5"' in page and "塆里" in page

    page = mend(client, url, c_0_2_3="3.5", c_0_3_2="T-2", c_0_3_3="五亩")
    assert "改了 3 处，又查了一遍。" in page
    assert set(NAME.findall(page)) == {"c-0-3-3", "was-0-3-3"}
    assert "文件里原来是“四亩”。" in page and 'value="五亩"' in page
    page = mend(client, url, c_0_3_3="5")
    assert "会新增 2 个" in page

    done = confirm(client, url).content.decode()

    assert saved() == [("团碾", "T-1", Decimal("3.5")), ("白云", "T-2", Decimal(5))]
    assert "导入时在页面上改的 3 处" in done
    told = list(Mend.objects.values_list("row", "header", "found", "text", "by__name"))
    assert told == [
        (2, "图斑面积（亩）", "3,5", "3.5", "黄玲"),
        (3, "图斑编号", "", "T-2", "黄玲"),
        (3, "图斑面积（亩）", "四亩", "5", "黄玲"),
    ]
    assert b"".join(client.get(f"{url}file").streaming_content) == content


def test_pressed_twice_it_is_mended_once_and_can_be_taken_back(client, staff, target):
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", "3,5"]))
    given = {"c_0_2_3": "3.5", "was_0_2_3": "3,5"}
    mend(client, url, **given)

    page = mend(client, url, **given)

    assert "别人刚改成了" not in page and Mend.objects.count() == 1
    client.post(url, {"do": "unmend", "mend": Mend.objects.get().pk})
    assert "“3,5”不是数字" in client.get(url).content.decode()


def test_two_clerks_do_not_write_over_each_other(client, staff, target):
    other = Client()
    other.force_login(make_user(role=Role.STAFF, name="李四"))
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", "3,5", "甲" * 101]))
    mend(other, url, c_0_2_3="4.5", was_0_2_3="3,5", c_0_2_4="坡上", was_0_2_4="甲" * 101)

    page = mend(client, url, c_0_2_3="4.6", was_0_2_3="3,5")

    assert "第 2 行“图斑面积（亩）”别人刚改成了“4.5”，您填的“4.6”没有用" in page
    confirm(other, url)
    assert saved() == [("团碾", "T-1", Decimal("4.5"))]
    assert "已经由李四导入了，刚才填的没有用上。" in mend(client, url, c_0_2_3="9")


def test_a_cell_another_clerk_made_wrong_again_is_not_written_over(client, staff, target):
    other = Client()
    other.force_login(make_user(role=Role.STAFF, name="李四"))
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", "3,5"]))
    mend(other, url, c_0_2_3="四亩", was_0_2_3="3,5")

    page = mend(client, url, c_0_2_3="4.6", was_0_2_3="3,5")

    assert "别人刚改成了“四亩”，您填的“4.6”没有用" in page
    assert Mend.objects.get().text == "四亩"


def test_a_village_chosen_once_counts_for_every_row_and_for_always(client, staff, target):
    rows = [
        [1, "铁娥村", "T-1", 1],
        [2, None, "T-2", 2],
        [3, "铁娥村", "T-3", 3],
        [4, None, "T-4", 4],
    ]
    url, page = preview_of(client, target, xlsx(HEADER, *rows, merges=["B2:B3"]))
    nearest = page.index('label="写法最像的"')
    assert page[nearest:].index("<option>铁鹅</option>") < page[nearest:].index("团碾")
    assert "还有 1 行也写着“铁娥村”，选一次都算。" in page
    assert "请管理员在后台" not in page

    assert "没有改动。" in mend(client, url, c_0_2_1="", c_0_5_1="")
    page = mend(client, url, c_0_2_1="铁鹅", c_0_5_1="白云", always_0_2_1="on")

    assert "会新增 4 个" in page
    assert Village.objects.get(name="铁鹅").alias_list == ["铁娥村"]
    confirm(client, url)
    assert [village for village, *_ in saved()] == ["铁鹅", "铁鹅", "铁鹅", "白云"]
    _, page = preview_of(client, target, xlsx(HEADER, [1, "铁娥村", "T-9", 1]))
    assert "会新增 1 个" in page


def test_an_alias_of_two_villages_is_refused_in_words(client, staff, target):
    Village.objects.filter(name="团碾").update(aliases="河边")
    Village.objects.filter(name="白云").update(aliases="河边")
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "河边", "T-1", 1]))

    page = mend(client, url, c_0_2_1="铁鹅", always_0_2_1="on")

    assert "“河边”已经是" in page and "的名字或别名" in page
    assert "会新增 1 个" in page
    assert Village.objects.get(name="铁鹅").aliases == ""


def test_of_repeated_rows_one_is_kept_and_the_others_told(client, staff, target):
    rows = [[1, "团碾", "T-1", 1, "塆里"], [2, "白云", "T-2", 2], [3, "团碾", "T-1", 1.5, "坡上"]]
    url, page = preview_of(client, target, xlsx(HEADER, *rows))
    assert "重复：团碾 T-1" in page and "坡上" in page
    key = next(name for name in NAME.findall(page) if name.startswith("keep"))

    page = client.post(url, {"do": "mend", key: "0-4"}, follow=True).content.decode()
    assert "会新增 2 个" in page
    done = confirm(client, url).content.decode()

    assert saved() == [("团碾", "T-1", Decimal("1.5")), ("白云", "T-2", Decimal(2))]
    assert "第 2 行：团碾 T-1，留的是第 4 行" in done


def test_a_left_row_that_is_no_longer_repeated_is_read_after_all(client, staff, target):
    rows = [[1, "团碾", "T-1", 1], [2, "团碾", "T-1", "二"], [3, "团碾", "T-1", 3]]
    preview_of(client, target, xlsx(HEADER, *rows))
    batch = Batch.objects.get()
    Mend.objects.create(batch=batch, kind=Mend.Kind.LEFT, sheet="图斑", row=2)
    Mend.objects.create(batch=batch, kind=Mend.Kind.LEFT, sheet="图斑", row=4)

    review = preview(batch, by=staff)

    assert [row.number for row in review.reading.rows] == [2]
    assert [left[1] for left in review.reading.left] == [4]


def test_many_groups_are_settled_at_once(client, staff, target):
    rows = [[n, "团碾", f"T-{n % 30}", n] for n in range(1, 61)]
    url, page = preview_of(client, target, xlsx(HEADER, *rows))
    assert "一共 30 组重复" in page

    page = mend(client, url, rest="last")

    assert "会新增 30 个" in page
    assert Mend.objects.filter(kind=Mend.Kind.LEFT).count() == 30


def test_a_text_like_a_formula_stays_a_text(client, staff, target):
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", 1, "甲" * 101]))

    mend(client, url, c_0_2_4='=HYPERLINK("x")')
    confirm(client, url)

    assert Patch.objects.get().place == '=HYPERLINK("x")'


def test_only_wrong_cells_can_be_mended_and_only_by_the_town(client, staff, target):
    url, _ = preview_of(
        client, target, xlsx(HEADER, [1, "团碾", "T-1", 1], [2, "白云", "T-2", "二"])
    )

    mend(client, url, c_0_2_3="9", c_0_3_3="2")
    assert list(Mend.objects.values_list("row", flat=True)) == [3]

    client.force_login(make_user(role=Role.LEADER))
    assert client.post(url, {"do": "mend", "c-0-3-3": "7"}).status_code == 403


def test_many_errors_are_shown_fifty_rows_at_a_time_at_the_same_queries(client, staff, target):
    few, _ = preview_of(
        client, target, xlsx(HEADER, [1, "团碾", "T-1", "x"], [2, "白云", "T-2", "y"])
    )
    rows = [[n, f"没有村{n}", f"T-{n}", "x"] for n in range(1, 301)]
    many, page = preview_of(client, target, xlsx(HEADER, *rows))
    assert page.count('name="was-0-') == 50
    assert "一共 300 行有错" in page
    with CaptureQueriesContext(connection) as once:
        client.get(few)

    with CaptureQueriesContext(connection) as queries:
        client.get(many)

    assert len(queries) == len(once)


def test_cloud_results_are_mended_the_same_way(client, staff, target):
    target.milestones.filter(code="evidence").update(needs_external_ref=True)
    make_patch(target, Village.objects.get(name="团碾"), code="T-1")
    header = ["图斑编号", "村", "状态", "提交时间", "上传编号"]
    content = xlsx(header, ["T-1", "团年", "已提交", "十月八日", "YC-1"])
    url, page = preview_of(client, target, content, kind="CLOUD")
    assert {"c-0-2-1", "c-0-2-3"} <= set(NAME.findall(page))

    page = mend(client, url, c_0_2_1="团碾", c_0_2_3="2024-10-08", earlier="on")

    assert "还没有上报" in page or "会上报 1 个" in page
    row = preview(Batch.objects.get(), by=staff, with_earlier=True).rows[0]
    assert row.done_on == date(2024, 10, 8)


def test_a_mended_batch_left_for_a_week_goes_with_its_mends(client, staff, target):
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", "x"]))
    mend(client, url, c_0_2_3="1")
    Batch.objects.update(created_at=timezone.now() - timedelta(days=8))

    preview_of(client, target)

    assert client.get(url).status_code == 404
    assert not Mend.objects.exists()


def test_what_another_clerk_mended_after_the_preview_is_not_imported_unseen(client, staff, target):
    content = xlsx(HEADER, [1, "团碾", "T-1", "3,5", "塆里"])
    url, _ = preview_of(client, target, content)
    mend(client, url, c_0_2_3="3.5")
    seen = re.search(r'name="seen" value="(\w+)"', client.get(url).content.decode())[1]
    other = Client()
    other.force_login(make_user(role=Role.STAFF, name="刘泽"))

    (made,) = Mend.objects.all()
    other.post(url, {"do": "unmend", "mend": made.pk})
    mend(other, url, c_0_2_3="35")
    page = client.post(url, {"do": "apply", "rows": 1, "seen": seen}).content.decode()

    assert "您看过以后，又有人在这份文件里改了几格，没有导入。" in page
    assert saved() == []
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    client.post(url, {"do": "apply", "rows": 1, "seen": seen})
    assert saved() == [("团碾", "T-1", Decimal(35))]


def test_a_cell_mended_while_the_import_runs_stops_it(client, staff, target):
    """读好了、还没有写的时候别人改了一格：写的和记下的改动不能是两样。"""
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", "3,5", "塆里"]))
    mend(client, url, c_0_2_3="3.5")
    mends = Mend.objects.all()
    read = preview(Batch.objects.get(), by=staff)

    mends.update(text="35")

    with pytest.raises(Refused, match="又有人在这份文件里改了几格"):
        apply_batch(Batch.objects.get(), by=staff, review=read)
    assert saved() == []


def test_a_village_another_clerk_chose_or_made_an_alias_is_told(client, staff, target):
    other = Client()
    other.force_login(make_user(role=Role.STAFF, name="李四"))
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "河边", "T-1", 1], [2, "坡上", "T-2", 1]))
    another, _ = preview_of(client, target, xlsx(HEADER, [1, "坡上", "T-3", 1]))
    mend(other, url, c_0_2_1="团碾", c_0_3_1="白云", always_0_3_1="on")

    page = mend(
        client, url, c_0_2_1="铁鹅", c_0_3_1="白云", c_0_9_1="铁鹅", c_9_2_1="铁鹅", c_x="铁鹅"
    )

    assert "第 2 行“村”别人刚改成了“团碾”，您填的“铁鹅”没有用" in page
    assert page.count("别人刚改成了") == 1
    page = mend(client, another, c_0_2_1="团碾")
    assert "第 2 行“村”别人刚改成了“白云”，您填的“团碾”没有用" in page


def test_repeats_over_sheets_with_columns_in_another_order_are_told_right(client, staff, target):
    other = [["村", "面积（平方米）", "图斑编号", "小地名"], ["团碾", 2000, "T-1", "坡上"]]
    content = xlsx(HEADER, [1, "团碾", "T-1", 3, "坡上"], 补=other)
    _, page = preview_of(client, target, content)

    told = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert (
        "只留“图斑”第 2 行： 序号 1， 图斑面积（亩） 3 只留“补”第 2 行： 面积（平方米） 2000"
        in told
    )


def test_one_spelling_with_and_without_a_space_is_asked_once(client, staff, target):
    rows = [1, "铁娥", "T-1", 1], [2, "铁 娥", "T-2", 1]
    url, page = preview_of(client, target, xlsx(HEADER, *rows))
    assert set(NAME.findall(page)) == {"c-0-2-1", "always-0-2-1"}

    assert "会新增 2 个" in mend(client, url, c_0_2_1="铁鹅", always_0_2_1="on")


def test_a_choice_made_while_the_login_ran_out_is_put_back(client, staff, target):
    rows = [1, "铁娥", "T-1", 1], [2, "团碾", "T-2", 1], [3, "团碾", "T-2", 2]
    url, _ = preview_of(client, target, xlsx(HEADER, *rows))
    session = client.session
    session.set_expiry(-1)
    session.save()
    keep = NAME.findall(_)[-1]

    mend(client, url, **{"c_0_2_1": "白云", "always_0_2_1": "on", keep: "0-4"})
    client.force_login(staff)
    page = client.get(url).content.decode()

    assert "<option selected>白云</option>" in page
    assert 'name="always-0-2-1" checked' in page
    assert f'name="{keep}" value="0-4" checked' in page


def test_what_cannot_be_seen_is_not_kept_in_what_was_typed(client, staff, target):
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", "3,5"]))

    page = mend(client, url, c_0_2_3="4\x00\x01")

    assert "会新增 1 个" in page
    assert Mend.objects.get().text == "4"


def test_only_the_button_that_says_import_imports(client, staff, target):
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", 3]))

    for given in ({}, {"do": "看看"}):
        assert "会新增 1 个" in client.post(url, given, follow=True).content.decode()

    assert not Patch.objects.exists()


def test_another_clerk_leaving_a_sheet_out_does_not_move_what_was_chosen(client, staff, target):
    other = [HEADER, [1, "坡上", "T-2", 1]]
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "河边", "T-1", 1], 补=other))
    batch = Batch.objects.get()
    batch.layout = {"图斑": {"header": 1, "columns": {}, "used": False}}
    batch.save()

    mend(client, url, c_0_2_1="铁鹅")

    assert not Mend.objects.exists()


def test_moved_villages_are_answered_one_by_one_or_all_at_once(client, staff, target):
    village = Village.objects.get(name="白云")
    for code in ("T-1", "T-2", "T-3"):
        make_patch(target, village, code=code, area_mu=Decimal(5))
    rows = [[n, "团碾", f"T-{n}", 5] for n in (1, 2, 3)]
    url, page = preview_of(client, target, xlsx(HEADER, *rows))
    assert "导入这份文件" not in page and 'name="move-0-3"' in page

    page = mend(client, url, move_0_3="另外一块，新增", rest_moves="follow")
    assert "改了 3 处，又查了一遍。" in page and "会新增 1 个、改动 2 个图斑" in page
    done = confirm(client, url).content.decode()

    assert "新增 1 个，改动 2 个，其中换村 2 个" in done
    places = {(code, village) for village, code, _ in saved()}
    assert places == {("T-1", "团碾"), ("T-2", "白云"), ("T-2", "团碾"), ("T-3", "团碾")}
