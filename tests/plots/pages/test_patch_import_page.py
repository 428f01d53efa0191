"""导入图斑的页面：上传、预览、对列、确认、下载错误标注表；长文件在后台导入；只有镇里的人能用。"""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from plots import actions
from plots.importing import job
from plots.importing.progress import ImportJobStatus
from plots.models import Batch, Patch
from plots.models.column_aliases import ColumnAlias
from taiping.ground.tables import read_workbook
from tests.worlds.factories import (
    make_batch,
    make_patch,
    make_plan,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.patch_files import HEADER, csv, pasted, xlsx
from villages.models import Role

pytestmark = pytest.mark.django_db
ROWS = ([1, "团碾", "T-1", 3.5, "塆里", "张三"], [2, "白云", "0002", 12, None, "李四"])
GOOD = xlsx(HEADER, *ROWS)
PAGE = "/patches/import/"
CELL = re.compile(r'<td[^>]*data-label="([^"]*)"[^>]*>([^<]*)</td>')


@pytest.fixture
def staff(client):
    user = make_user(role=Role.STAFF, name="黄玲")
    client.force_login(user)
    return user


@pytest.fixture
def target(db):
    make_village("团碾")
    make_village("白云")
    return make_steps_target(make_plan(), quota=Decimal("15.5"), quota_count=2)


def upload(client, target, content=GOOD, name="下发.xlsx", **fields):
    data = {
        "kind": "TABLE",
        "issued_on": "2024-01-02",
        "target": target.pk if target else "",
        **fields,
    }
    if content is not None:
        data["file"] = SimpleUploadedFile(name, content)
    return client.post(PAGE, data)


def preview_of(client, target, *args, **kwargs):
    response = upload(client, target, *args, **kwargs)
    assert response.status_code == 302, response.content.decode()
    return response.url, client.get(response.url).content.decode()


def confirm(client, url, **fields):
    return client.post(url, {"do": "apply", "rows": "2", **fields}, follow=True)


def test_upload_preview_confirm(client, staff, target):
    url, page = preview_of(client, target)
    assert "“自然撂荒地整治”会新增 2 个、改动 0 个图斑。" in page
    assert "下发合计 15.50 亩、2 个，与方案一致。" in page
    assert Patch.objects.count() == 0

    done = confirm(client, url).content.decode()

    assert Patch.objects.count() == 2
    assert "新增 2 个" in done
    listed = client.get(PAGE).content.decode()
    assert "下发.xlsx" in listed and "黄玲" in listed and "新增 2 个" in listed


def test_the_file_is_kept_and_given_back_as_it_was(client, staff, target):
    url, _ = preview_of(client, target)

    response = client.get(f"{url}file")

    assert b"".join(response.streaming_content) == GOOD
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")


def test_the_same_file_again_says_nothing_changes_and_offers_no_button(client, staff, target):
    url, _ = preview_of(client, target)
    confirm(client, url)

    _, page = preview_of(client, target)

    assert "没有变化" in page
    assert "导入这份文件" not in page


def cells_of(page):
    """表里每一行的最后三格，“列名：值”。"""
    rows = page.split("<tr>")[1:]
    return [[f"{name}：{text}" for name, text in CELL.findall(row)][-3:] for row in rows]


def test_changed_values_are_shown_old_and_new(client, staff, target):
    confirm(client, preview_of(client, target)[0])

    url, page = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", 4, "坡上", "张三"]))

    cells = cells_of(page)
    assert ["列：面积（亩）", "现在：3.50", "改成：4.00"] in cells
    assert ["列：小地名", "现在：塆里", "改成：坡上"] in cells
    done = confirm(client, url).content.decode()
    assert ["列：面积（亩）", "原来：3.50", "改成：4.00"] in cells_of(done)
    assert "加上系统里已有的，共 16.00 亩、2 个；方案是 2 个、15.50 亩，多 0.50 亩" in page


def test_errors_are_listed_and_come_back_in_a_workbook(client, staff, target):
    bad = xlsx(["下发表"], HEADER, ROWS[0], [2, "白雲", "@T-2", "3,5"])
    url, page = preview_of(client, target, bad)
    assert "这份文件有 2 处要改，还不能导入" in page
    assert "“3,5”不是数字，请填如 3.50。" in page
    assert "导入这份文件" not in page

    response = client.get(f"{url}errors.xlsx")

    rows = read_workbook(response.content)[0].rows
    assert rows[1][1] == [*HEADER, "错误"]
    assert rows[2][1] == [*ROWS[0], None]
    assert rows[3][1][:4] == [2, "白雲", "@T-2", "3,5"]
    assert "“图斑面积（亩）”：“3,5”不是数字，请填如 3.50。" in rows[3][1][6]
    assert "“村”：“白雲”不是系统里的村名或别名。" in rows[3][1][6]
    assert rows[3][0] == 4


def test_the_corrected_error_workbook_can_be_uploaded_as_it_is(client, staff, target):
    url, _ = preview_of(
        client, target, csv(HEADER, [1, "团碾", "T-1", "3,5,1", "塆里", "张三"][:4]), "下发.csv"
    )
    marked = read_workbook(client.get(f"{url}errors.xlsx").content)[0]
    row = marked.rows[1][1]
    row[3:5] = [3.5, None]

    _, page = preview_of(client, target, xlsx(marked.rows[0][1], row))

    assert "会新增 1 个" in page
    assert Patch.objects.count() == 0


def test_confirming_a_file_with_errors_saves_nothing(client, staff, target):
    url, _ = preview_of(client, target, xlsx(HEADER, ROWS[0], [2, "白云", "T-2", "3,5"]))

    response = confirm(client, url)

    assert response.status_code == 422
    assert "没有导入" in response.content.decode()
    assert Patch.objects.count() == 0


def test_pasted_rows_are_imported(client, staff, target):
    text = pasted(HEADER[1:4], *[row[1:4] for row in ROWS])
    url, page = preview_of(client, target, None, pasted=text)
    assert "会新增 2 个" in page

    confirm(client, url)

    assert set(Patch.objects.values_list("code", flat=True)) == {"T-1", "0002"}
    assert Batch.objects.get().kind == Batch.Source.PASTE


@pytest.mark.parametrize(
    ("content", "name", "fields", "told"),
    [
        (None, "", {}, "还没有选文件，也没有粘贴内容。"),
        (GOOD, "下发.xlsx", {"pasted": "村\t图斑编号"}, "请只留一样"),
        (b"", "下发.xlsx", {}, "空文件（0 字节）"),
        (b"%PDF-1.7", "下发.pdf", {}, "不是表格"),
    ],
)
def test_what_the_form_refuses(client, staff, target, content, name, fields, told):
    response = upload(client, target, content, name, **fields)

    assert response.status_code == 200
    assert told in response.content.decode()
    assert "请选这份文件是哪项目标任务的。" in upload(client, None).content.decode()
    assert Batch.objects.count() == 0


def test_a_file_too_big_is_refused(client, staff, target, settings):
    settings.PATCH_FILE_MAX_BYTES = 1000

    assert "最多 0.000953674 MB" in upload(client, target).content.decode()


def test_a_damaged_file_is_told_in_words(client, staff, target):
    url, page = preview_of(client, target, GOOD[:3000])

    assert "这个表格文件是坏的，打不开。" in page
    assert client.get(f"{url}errors.xlsx").status_code == 404


def test_columns_are_mapped_by_hand_and_remembered(client, staff, target):
    content = xlsx(["归属", "斑号", "大小"], ["团碾", "T-1", 3.5])
    url, page = preview_of(client, target, content)
    assert "没有认出表头" in page
    told = {
        "do": "columns",
        "s0-used": "on",
        "s0-header": "1",
        "s0-c0": "VILLAGE",
        "s0-c1": "CODE",
        "s0-c2": "AREA_MU",
        "remember": "on",
    }

    page = client.post(url, told, follow=True).content.decode()

    assert "会新增 1 个" in page
    known = ColumnAlias.objects.filter(text__in=["归属", "斑号", "大小"]).order_by("field")
    assert list(known.values_list("text", "field")) == [
        ("大小", "AREA_MU"),
        ("斑号", "CODE"),
        ("归属", "VILLAGE"),
    ]
    assert "会新增 1 个" in preview_of(client, target, content)[1]


def test_two_columns_for_one_thing_are_pointed_out(client, staff, target):
    url, _ = preview_of(
        client, target, xlsx(["村", "图斑编号", "甲（亩）", "乙（亩）"], ["团碾", "T-1", 3.5, 4])
    )
    told = {
        "do": "columns",
        "s0-used": "on",
        "s0-header": "1",
        "s0-c2": "AREA_MU",
        "s0-c3": "AREA_SQM",
    }

    response = client.post(url, told)

    assert "“面积”选了 2 列：甲（亩）、乙（亩）。请只留一列" in response.content.decode()
    assert Batch.objects.get().layout == {}


def test_the_header_row_can_be_corrected(client, staff, target):
    content = xlsx(
        ["a", "b", "c", "d"], ["归属", "斑号", "面积（亩）", "备注"], ["团碾", "T-1", 3.5, "x"]
    )
    url, _ = preview_of(client, target, content)

    page = client.post(
        url, {"do": "columns", "s0-used": "on", "s0-header": "2"}, follow=True
    ).content.decode()

    assert 'name="s0-header" value="2"' in page
    assert '<td data-label="表头">斑号</td>' in page


def test_cloud_results_are_previewed_and_imported(client, staff, target):
    target.milestones.filter(code="evidence").update(needs_external_ref=True)
    patch = make_patch(target, code="T-1")
    content = xlsx(
        ["图斑编号", "状态", "提交时间", "上传编号"], ["T-1", "已提交", date(2024, 10, 8), "YC-1"]
    )
    url, page = preview_of(client, target, content, kind="CLOUD")
    assert "“复耕复种”还没有上报" in page
    assert "导入这些结果" not in page
    page = client.get(f"{url}?earlier=on").content.decode()
    assert "会上报 1 个" in page and "核实请换一位镇工作人员" in page

    refused = confirm(client, url)
    done = confirm(client, url, earlier="on")

    assert refused.status_code == 422
    assert "上报 1 个" in done.content.decode()
    assert list(patch.records.order_by("pk").values_list("milestone__code", flat=True)) == [
        "replant",
        "evidence",
    ]


def test_a_template_for_each_target(client, staff, target):
    response = client.get(reverse("plots:import_template"), {"target": target.pk})

    assert read_workbook(response.content)[0].rows[0][1][0] == "2024年自然撂荒地整治图斑"
    assert client.get(reverse("plots:import_template"), {"target": "x"}).status_code == 404
    assert client.get(reverse("plots:import_template"), {"target": "99999"}).status_code == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.SECRETARY])
def test_only_the_town_imports(client, target, role):
    make_batch(target, applied_at=timezone.now())
    batch = Batch.objects.get()
    client.force_login(make_user(role=role))

    answers = [
        client.get(path).status_code
        for path in (
            PAGE,
            f"{PAGE}template.xlsx?target={target.pk}",
            f"{PAGE}{batch.pk}/",
            f"{PAGE}{batch.pk}/errors.xlsx",
            f"{PAGE}{batch.pk}/file",
        )
    ] + [
        upload(client, target).status_code,
        client.post(f"{PAGE}{batch.pk}/", {"do": "apply"}).status_code,
    ]

    assert answers == [403] * 7
    assert (Batch.objects.count(), Patch.objects.count()) == (1, 0)


def test_pages_work_with_one_row_and_with_many_at_the_same_queries(
    client, staff, target, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    one, _ = preview_of(client, target, xlsx(HEADER, ROWS[0]))
    many, _ = preview_of(
        client, target, xlsx(HEADER, *[[n, "团碾", f"T-{n}", 1] for n in range(1, 31)])
    )
    with CaptureQueriesContext(connection) as few:
        client.get(one)
    with django_assert_num_queries(len(few)):
        client.get(many)

    make_batch(target, applied_at=timezone.now(), by=staff)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    make_batch(target, applied_at=timezone.now(), by=staff)
    with django_assert_num_queries(len(few)):
        client.get(PAGE)


def test_what_was_uploaded_and_left_is_forgotten_after_a_week(client, staff, target):
    url, _ = preview_of(client, target)
    Batch.objects.update(created_at=timezone.now() - timedelta(days=8))
    old = Batch.objects.get()
    used = make_patch(
        target, batch=make_batch(target, created_at=timezone.now() - timedelta(days=8))
    )

    preview_of(client, target)

    assert client.get(url).status_code == 404
    assert not old.file.storage.exists(old.file.name)
    assert Patch.objects.get() == used


def test_progress_is_shown_while_it_runs_and_a_dead_one_is_not(client, staff, target):
    url, _ = preview_of(client, target)
    progress = ImportJobStatus(Batch.objects.get())
    progress._write("写入", 2000, 9000)

    page = client.get(url).content.decode()
    assert '<progress id="progress" max="9000" value="2000">' in page
    assert '<meta http-equiv="refresh" content="2">' in page

    progress.finish()
    assert "导入这份文件" in client.get(url).content.decode()


def test_why_a_background_import_failed_is_told_at_the_next_look(client, staff, target):
    url, _ = preview_of(client, target)
    batch = Batch.objects.get()

    job.note_failure(batch.pk, "有 1 块图斑的面积不能改，没有导入。")

    assert "上一次没有导入" in client.get(url).content.decode()
    Batch.objects.update(applied_at=timezone.now())
    job.note_failure(batch.pk, "再一次")
    batch.refresh_from_db()
    assert batch.counts["failure"] == "有 1 块图斑的面积不能改，没有导入。"


@pytest.mark.django_db(transaction=True)
def test_a_long_file_is_imported_in_the_background(client, monkeypatch):
    target = make_steps_target(make_plan())
    make_village("团碾")
    staff = make_user(role=Role.STAFF)
    client.force_login(staff)
    monkeypatch.setattr(job, "LONG", 2)
    threads = []
    start = job.start
    monkeypatch.setattr(
        job, "start", lambda *args, **kwargs: threads.append(start(*args, **kwargs))
    )
    url, _ = preview_of(
        client, target, xlsx(HEADER, *[[n, "团碾", f"T-{n}", 1] for n in range(1, 6)])
    )

    response = client.post(url, {"do": "apply", "rows": "5"})
    threads[0].join(timeout=30)

    assert response.url == url
    assert Patch.objects.count() == 5
    assert "新增 5 个" in client.get(url).content.decode()
    assert ImportJobStatus(Batch.objects.get()).current() is None


@pytest.mark.django_db(transaction=True)
def test_a_background_import_that_fails_saves_nothing_and_says_why():
    target, village = make_steps_target(make_plan()), make_village("团碾")
    staff, client = make_user(role=Role.STAFF), Client()
    client.force_login(staff)
    patch = make_patch(target, village, code="T-1")
    url, _ = preview_of(client, target, xlsx(HEADER, [1, "团碾", "T-1", 5], [2, "团碾", "T-2", 5]))
    actions.report(patch, by=staff, on=date(2024, 9, 5), area_mu="6")

    job.start(Batch.objects.get(), by=staff).join(timeout=30)

    assert Patch.objects.count() == 1
    page = client.get(url).content.decode()
    assert "上一次没有导入" in page and "有 1 块图斑的面积不能改，没有导入。" in page
