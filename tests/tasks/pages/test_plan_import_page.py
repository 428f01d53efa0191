"""导入方案的页面：管理员上传、看会改什么、确认；别人打不开。"""

import json
import re
from datetime import date, datetime
from importlib import import_module

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from taiping.ground.tables import Kept, Sheet, plain_sheets, sheets_from
from tasks import workbook
from tasks.models import Duty, Milestone, Plan, PlanFile, Target
from tests.worlds import factories as make
from tests.worlds.plan_files import FIXTURE, edit, load_2024, sheet_rows, without
from villages.models import Role

pytestmark = pytest.mark.django_db

BETWEEN = re.compile(r">\s+<")


@pytest.fixture
def plan():
    return load_2024()


@pytest.fixture
def boss(client):
    user = make.make_user(role=Role.ADMIN, name="管理员王")
    client.force_login(user)
    return user


def upload(client, content, name="方案.xlsx"):
    return client.post(
        reverse("tasks:plan_import"), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def text(response):
    """页面；标签之间的换行不算。"""
    return BETWEEN.sub("><", response.content.decode())


def test_admin_uploads_sees_what_changes_and_confirms(boss, client, plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("目标任务", "G6", 700),
        (
            "时间节点",
            "+",
            ["illegal", "", 3, "publish", "公示", None, "2024-12-20", "", "镇", None, "否"],
        ),
    )

    preview = upload(client, content)
    assert "会新增 1 行、改动 1 行" in text(preview)
    assert (
        '<td data-label="列">任务数</td><td data-label="现在">608</td><td data-label="改成">700</td>'
        in text(preview)
    )
    assert "违法占用耕地问题 · 公示" in text(preview)
    assert Target.objects.get(code="abandoned").quota == 608

    done = client.post(preview.request["PATH_INFO"])
    assert done.url == "/plan/?plan=2024"
    assert "已按“方案.xlsx”导入：新增 1 行，改动 1 行。" in text(client.get(done.url))
    assert Target.objects.get(code="abandoned").quota == 700
    record = PlanFile.objects.get()
    assert (record.by, record.applied_at is None) == (boss, False)

    again = text(client.get(preview.request["PATH_INFO"]))
    assert "没有变化" in again
    assert "导入这份方案" not in again


def test_errors_are_a_table_and_nothing_can_be_confirmed(boss, client, plan):
    content = edit(
        workbook.export_xlsx(plan), ("时间节点", "G8", "<b>13月</b>"), ("目标任务", "G6", 700)
    )

    preview = upload(client, content)

    page = text(preview)
    assert "有 1 处要改，还不能导入" in page
    for cell in (
        "时间节点</td>",
        "第 8 行</td>",
        "G“截止日期”</td>",
        "&lt;b&gt;13月&lt;/b&gt;</td>",
    ):
        assert cell in page
    assert "导入这份方案" not in page
    refused = client.post(preview.request["PATH_INFO"])
    assert refused.status_code == 422
    assert "没有导入" in text(refused)
    assert Target.objects.get(code="abandoned").quota == 608

    marked = client.get(reverse("tasks:plan_import_marked", args=[PlanFile.objects.get().pk]))
    assert "不是日期，请写成 2024-10-20 这样。" in sheet_rows(marked.content)["时间节点"][7][-1]
    assert "attachment" in marked["Content-Disposition"]


def test_confirming_checks_again_what_changed_meanwhile(boss, client, plan):
    preview = upload(client, edit(workbook.export_xlsx(plan), ("时间节点", "G3", "2024-11-30")))
    clash = make.make_milestone(Target.objects.get(code="retained"), "later", order=2)
    Milestone.objects.filter(code="hold", target__code="retained").delete()
    clash.order = 1
    clash.save(update_fields=["order"])

    refused = client.post(preview.request["PATH_INFO"])

    assert refused.status_code == 422
    assert "顺序 1 已被“第2步”占用" in text(refused)
    assert "同时删除文件里没有的 1 行" in text(refused)
    assert client.post(preview.request["PATH_INFO"], {"delete_missing": "on"}).status_code == 302
    assert list(
        Milestone.objects.filter(target__code="retained").values_list("code", flat=True)
    ) == ["hold"]


def test_missing_rows_stay_unless_the_box_is_ticked(boss, client, plan):
    Duty.objects.all().delete()  # 用着这项任务的
    content = without(
        without(workbook.export_xlsx(plan), "目标任务", "illegal"), "时间节点", "illegal"
    )

    preview = upload(client, content)
    assert "同时删除文件里没有的 3 行" in text(preview)
    client.post(preview.request["PATH_INFO"])
    assert Target.objects.filter(code="illegal").exists()

    done = client.post(preview.request["PATH_INFO"], {"delete_missing": "on"}, follow=True)
    assert "删去 3 行" in text(done)
    assert not Target.objects.filter(code="illegal").exists()


def test_fixture_is_imported_in_the_browser(boss, client):
    preview = upload(client, FIXTURE.read_bytes(), "plan_2024.json")
    assert "2024年度方案会新增 118 行" in text(preview)
    assert "错误标注表" not in text(preview)

    client.post(preview.request["PATH_INFO"])

    assert Plan.objects.get().targets.count() == 8


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("方案.docx", b"PK", "“方案.docx”不是方案文件。请选 .xlsx、.xls 或 .json 文件。"),
        ("方案.xlsx", b"", "“方案.xlsx”是空文件（0 字节）。请检查文件是否传完整。"),
        ("方案.xlsx", b"x" * 3_000_000, "“方案.xlsx”有 2.9 MB，最多 1 MB。"),
    ],
)
def test_unfit_file_is_refused_beside_the_field(boss, client, settings, name, content, told):
    settings.PLAN_FILE_MAX_BYTES = 1024 * 1024

    page = text(upload(client, content, name))

    assert told in page
    assert PlanFile.objects.count() == 0


@pytest.mark.parametrize("name", ["方案.xlsx", "方案.xls", "方案.json"])
def test_damaged_file_is_told_on_the_preview(boss, client, name):
    preview = upload(client, b"PK\x03\x04 not a workbook", name)

    assert "有 1 处要改，还不能导入" in text(preview)
    assert "下载错误标注表" not in text(preview)
    assert (
        client.get(
            reverse("tasks:plan_import_marked", args=[PlanFile.objects.get().pk])
        ).status_code
        == 404
    )


def test_file_name_is_made_safe_and_kept_for_people(boss, client, plan):
    upload(client, workbook.export_xlsx(plan), "..\\..\\etc/<b>2024\u202e方案.xlsx")

    record = PlanFile.objects.get()
    assert record.name == "b2024方案.xlsx"
    assert record.file.name.startswith("plans/")
    assert "方案" not in record.file.name


def test_upload_page_says_what_to_do_when_nothing_was_uploaded(boss, client):
    page = text(client.get(reverse("tasks:plan_import")))

    assert "还没有上传过方案文件" in page
    assert "还没有选文件" in text(client.post(reverse("tasks:plan_import")))


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.SECRETARY])
def test_others_cannot_import(client, plan, role):
    client.force_login(make.make_user(role=role))
    record = make.make_plan_file(make.make_user(role=Role.ADMIN), "密件.xlsx")

    for name, args in (
        ("plan_import", []),
        ("plan_import_preview", [record.pk]),
        ("plan_import_marked", [record.pk]),
    ):
        for response in (
            client.get(reverse(f"tasks:{name}", args=args)),
            client.post(reverse(f"tasks:{name}", args=args)),
        ):
            assert response.status_code in (403, 405)
            assert "密件" not in text(response)


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.ADMIN, 200), (Role.STAFF, 200), (Role.LEADER, 403), (Role.SECRETARY, 403)],
)
def test_town_staff_export_the_workbook(client, plan, role, status):
    client.force_login(make.make_user(role=role))

    response = client.get(f"{reverse('tasks:plan_export')}?year=2024")

    assert response.status_code == status
    if status == 200:
        assert sheet_rows(response.content)["方案"][1][:2] == ["年度", 2024]


@pytest.mark.parametrize("year", ["2030", "abcd", "２０２４", "99999999999"])
def test_export_of_a_year_without_plan_is_not_found(boss, client, plan, year):
    assert client.get(reverse("tasks:plan_export"), {"year": year}).status_code == 404


@pytest.fixture
def reads(monkeypatch):
    """读了几次表格文件：每读一次记一笔。"""
    module = import_module("tasks.workbook.read_xlsx")
    made, read = [], module.read_workbook

    def read_and_count(source):
        made.append(len(source))
        return read(source)

    monkeypatch.setattr(module, "read_workbook", read_and_count)
    return made


def test_the_plan_file_is_read_once_and_compared_with_what_is_there_now(boss, client, plan, reads):
    preview = upload(client, edit(workbook.export_xlsx(plan), ("目标任务", "G6", 700)), "方案.xlsx")
    before = Target.objects.get(code="abandoned").clause
    Target.objects.filter(code="abandoned").update(clause="别人刚改的")

    client.post(preview.request["PATH_INFO"])

    target = Target.objects.get(code="abandoned")
    assert (target.quota, target.clause) == (700, before)
    assert len(reads) == 1


def test_a_lost_copy_of_the_plan_only_means_reading_again(boss, client, plan, reads):
    preview = upload(client, edit(workbook.export_xlsx(plan), ("目标任务", "G6", 700)))
    Kept(PlanFile.objects.get().file).forget()

    client.post(preview.request["PATH_INFO"])

    assert Target.objects.get(code="abandoned").quota == 700
    assert len(reads) == 2


def test_sheets_come_back_as_they_were_kept():
    """日期、时刻、数、是否、空格、合并的格子都原样。"""
    values = ["2024-09-30", date(2024, 9, 30), datetime(2024, 9, 30, 8, 5), 0.1, 3, True, None]
    sheets = [Sheet("表", [(1, values), (4, ["字"])], [(1, 4, 0)])]

    assert sheets_from(json.loads(json.dumps(plain_sheets(sheets)))) == sheets
