"""quickstart 装什么、不碰什么；演示数据装得上、清得净，正式数据一行不动。"""

import io
import re
from collections import Counter
from datetime import date
from random import Random

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from plots import actions
from plots.evidence import check, store
from plots.models import Evidence, OrderState, Patch, RectificationRecord, Status, SupervisionOrder
from taiping import demo
from taiping.demo import day
from taiping.demo.photos import picture
from taiping.operations.management.commands import quickstart
from taiping.reminders.models import Sending
from tasks.models import Plan, Reading, Target
from tests.worlds.factories import make_patch, make_user, make_village
from tests.worlds.kept import again
from villages.models import Posting, Role, User, Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, settings, tmp_path):
    """在已经建好的测试库上跑命令，返回它说的话；静态文件不用收集。演示停在哪天记在测试自己的文件夹里。"""
    settings.DEMO_DAY, settings.DEMO_DAY_FILE = None, tmp_path / "demo_day.txt"
    monkeypatch.setattr(quickstart.Command, "collect_static", lambda self: None)

    def run(name, *options):
        out = io.StringIO()
        call_command(name, *options, stdout=out)
        return out.getvalue()

    return run


def installed():
    """装好的样子：方案和全部演示数据，quickstart 刚跑完。"""
    call_command("quickstart", "--no-serve", stdout=io.StringIO())


def installed_today():
    """装好的样子，今天停在演示的那一天（照抄的时候设置要自己定）。"""
    again(installed)
    day.fix(day.USUAL)


def demo_rows():
    marked = [
        model for model in apps.get_models() if any(f.name == "is_demo" for f in model._meta.fields)
    ]
    return {model.__name__: model.objects.filter(is_demo=True).count() for model in marked}


def test_no_demo_gives_the_plan_and_one_administrator_who_must_change_the_password(run):
    words = run("quickstart", "--no-serve", "--no-demo")

    admin = User.objects.get()
    password = re.search(r"^  admin +(\w{12}) ", words, re.MULTILINE)[1]
    assert (admin.username, admin.role, admin.must_change_password, admin.is_demo) == (
        "admin",
        Role.ADMIN,
        True,
        False,
    )
    assert admin.check_password(password)
    assert Target.objects.count() == 8
    assert not any(demo_rows().values())


def test_plan_edited_by_the_office_is_not_loaded_again(run):
    run("quickstart", "--no-serve", "--no-demo")
    Village.objects.filter(name="团碾").update(aliases="办公室改过的别名")
    Plan.objects.update(year=2025, title="办公室自己的方案")

    run("quickstart", "--no-serve")

    assert Village.objects.get(name="团碾").aliases == "办公室改过的别名"
    assert list(Plan.objects.values_list("year", "title")) == [(2025, "办公室自己的方案")]


def test_real_accounts_get_no_demo_beside_them(run):
    make_user("huang", role=Role.ADMIN)

    words = run("quickstart", "--no-serve")

    assert "已有正式账号，没有加演示数据。" in words
    assert User.objects.get().username == "huang"


def test_demo_follows_the_villages_of_whatever_plan_is_there():
    make_village("河边", order=1)
    make_village("柳林社区", order=2)

    demo.load(io.StringIO())

    secretaries = User.objects.filter(role=Role.SECRETARY).values_list(
        "username", "name", "postings__village__name"
    )
    assert sorted(secretaries) == [
        ("cun01", "演示·河边村支书", "河边"),
        ("cun02", "演示·柳林社区支书", "柳林社区"),
    ]
    assert not User.objects.exclude(name__startswith="演示·").exists()
    assert not User.objects.exclude(phone="").exists()


def test_demo_readings_cross_the_floor_during_the_year(run):
    installed_today()

    for code, floor in (("retained", 32202), ("basic", 29733)):
        values = list(
            Reading.objects.filter(target__code=code).order_by("on").values_list("value", flat=True)
        )
        assert len(values) == 3
        assert values == sorted(values)
        assert values[0] < floor < values[-1]
        assert all(abs(value - floor) < floor / 1000 for value in values)
    assert set(Reading.objects.values_list("source", "is_demo")) == {("演示数据", True)}


def test_clear_demo_removes_the_demo_and_nothing_else(
    run, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    installed_today()
    village, target = Village.objects.get(name="团碾"), Target.objects.get(code="retained")
    huang = make_user("huang", role=Role.ADMIN, villages=[village])
    real = Reading.objects.create(
        target=target, on="2024-06-30", value=32210, source="年度变更调查", by=huang
    )
    patch = make_patch(Target.objects.get(code="abandoned"), village, code="500151-7", batch=None)
    record = actions.report(patch, by=huang, on=date(2024, 9, 5))
    photo = store(
        record, check(SimpleUploadedFile("田.jpg", picture(Random(1), timezone.now()))), huang
    )

    drawn = Evidence.objects.filter(is_demo=True).count()
    boss = User.objects.get(username="leader")
    Sending.objects.create(on=date(2024, 10, 20), user=boss, channel="EMAIL", state="SKIPPED")

    with django_capture_on_commit_callbacks(execute=True):
        words = run("clear_demo")

    assert not any(demo_rows().values())
    assert list(User.objects.all()) == [huang]
    assert list(Reading.objects.all()) == [real]
    assert list(Posting.objects.all()) == [huang.postings.get()]
    assert (list(Patch.objects.all()), list(RectificationRecord.objects.all())) == (
        [patch],
        [record],
    )
    assert list(Evidence.objects.all()) == [photo]
    kept = {tmp_path / file.name for file in (photo.file, photo.display, photo.thumb)}
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == kept
    assert (Target.objects.count(), Village.objects.count()) == (8, 10)
    assert "已删除演示账号 14 条。" in words
    assert "已删除演示图斑 170 条。" in words
    assert f"已删除演示举证材料 {drawn} 条。" in words
    assert run("clear_demo") == "没有演示数据，什么也没动。\n"


def test_clear_demo_says_what_real_people_entered_on_demo_patches(run):
    installed_today()
    huang = make_user("huang", role=Role.ADMIN)
    demo_patch = Patch.objects.filter(is_demo=True, status=Status.CLOSED).first()
    actions.remark(demo_patch, by=huang, on=date(2024, 9, 5), note="试一试")
    for area in ("50", "60"):
        actions.amend(demo_patch, by=huang, area_mu=area, reason="试一试更正")
    split = Patch.objects.filter(is_demo=True, status=Status.PENDING, until_on=None).first()
    children = [{"code": f"{split.code}-{part}", "area_mu": "1"} for part in "甲乙"]
    actions.split(split, by=huang, on=day.USUAL, children=children, reason="试一试拆分")

    words = run("clear_demo")

    assert "其中 4 条整改记录是正式账号录在演示图斑上的，随图斑一起删了。" in words
    assert not Patch.objects.exists()
    assert list(User.objects.all()) == [huang]


def test_quickstart_again_changes_nothing(run):
    installed_today()
    before = demo_rows()

    run("quickstart", "--no-serve")

    assert before["Patch"] == 170
    assert demo_rows() == before


def test_demo_account_that_entered_real_data_is_closed_not_deleted(run):
    installed_today()
    staff = User.objects.get(username="staff1")
    target = Target.objects.get(code="retained")
    real = Reading.objects.create(
        target=target, on="2024-06-30", value=32210, source="年度变更调查", by=staff
    )

    words = run("clear_demo")

    real.refresh_from_db()
    staff.refresh_from_db()
    assert real.by == staff
    assert not staff.is_active
    assert not staff.has_usable_password()
    assert User.objects.count() == 1
    assert "有 1 个演示账号经手过正式数据" in words
    assert "quickstart --no-demo" in words


def test_healthz_answers_without_login(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content.split(b"\n")[0]) == (200, b"ok")


def test_the_demo_shows_an_order_in_every_state(run):
    installed_today()

    known = SupervisionOrder.objects.told(day.USUAL)

    assert Counter(order.state for order in known) == Counter(OrderState)
    assert {order.by.username for order in known} == {"leader"}
    for order in known:
        assert order.issued_on < day.USUAL
        assert {patch.village for patch in order.patches.all()} <= {order.village}
