"""审计：页面、后台、命令、导入、登录、下载，谁什么时候从哪里做了什么都查得到；电话不露，记录不能改。"""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from plots.actions import check_dismissal as dismissal
from plots.models import Batch, Patch
from plots.models.checks import GeometryCheck
from taiping.audit.models import Access, Change
from tasks import workbook
from tasks.models import Reading, Target
from tests.worlds.factories import (
    PASSWORD,
    make_allocation,
    make_milestone,
    make_patch,
    make_plan,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from villages.accounts.phones import masked, masked_change
from villages.models import Role, User

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PHONE = "13812341234"


@pytest.fixture
def boss(client):
    user = make_user("guanli", role=Role.ADMIN, name="管理员老周")
    client.force_login(user)
    return user


def changes_of(thing):
    return list(LogEntry.objects.get_for_object(thing).order_by("pk"))


def account_post(user, **changes):
    return {
        "username": user.username,
        "name": user.name,
        "role": user.role,
        "phone": masked(user.phone),
        "is_active": "on",
        "postings-TOTAL_FORMS": 0,
        "postings-INITIAL_FORMS": 0,
        **changes,
    }


def account_page(user):
    return reverse("admin:villages_user_change", args=[user.pk])


def test_a_change_in_the_admin_says_who_from_where_and_both_values(boss, client):
    target = make_target(make_plan())
    step = make_milestone(target, due_on=date(2024, 9, 30))
    post = {
        "target": target.pk,
        "order": step.order,
        "code": step.code,
        "name": step.name,
        "due_on": "2024-10-08",
        "actor": "VILLAGE",
        "min_photos": 0,
    }

    client.post(
        reverse("admin:tasks_milestone_change", args=[step.pk]), post, REMOTE_ADDR="10.1.2.3"
    )

    created, changed = changes_of(step)
    assert (changed.actor, changed.remote_addr) == (boss, "10.1.2.3")
    assert changed.changes == {"due_on": ["2024-09-30", "2024-10-08"]}
    assert created.actor is None


def test_an_address_made_up_in_a_header_is_not_believed(boss, client):
    village = make_village("东村")
    client.post(
        reverse("admin:villages_village_change", args=[village.pk]),
        {"name": "东山村", "order": 1},
        HTTP_X_FORWARDED_FOR="6.6.6.6",
        REMOTE_ADDR="10.1.2.3",
    )

    assert changes_of(village)[-1].remote_addr == "10.1.2.3"


def test_a_page_of_the_site_is_recorded_with_the_number_of_its_request(boss, client):
    target = make_target(make_plan(), kind="FLOOR", measured_by="READINGS", quota=None)
    post = {"target": target.pk, "on": "2024-06-30", "value": "32300", "source": "变更调查"}

    page = client.post("/plan/readings/", post)

    entry = changes_of(Reading.objects.get())[0]
    assert entry.actor == boss
    assert entry.cid == page.headers["X-Request-ID"]


def test_an_imported_plan_is_one_entry_with_every_old_and_new_value(boss, tmp_path):
    plan = make_plan()
    target = make_steps_target(plan, quota=608)
    make_allocation(target, make_village("东村"), quota=100)
    content = json.loads(workbook.export_json(plan))
    for row in content:
        if row["model"] == "tasks.target":
            row["fields"]["quota"] = "700"
    file = tmp_path / "方案.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    LogEntry.objects.all().delete()

    call_command("import_plan", file, stdout=StringIO())

    entry = LogEntry.objects.get()
    assert Target.objects.get().quota == 700
    assert entry.object_repr == "2024年度方案"
    assert entry.changes["方案文件"] == ["", "方案.json"]
    assert [values for name, values in entry.changes.items() if "任务数" in name] == [
        ["608", "700"]
    ]
    assert (entry.additional_data["来自"], entry.additional_data["命令"]) == (
        "命令行",
        "import_plan",
    )
    assert entry.actor is None


def test_a_trial_run_of_an_import_leaves_no_entry(tmp_path):
    plan = make_plan()
    make_steps_target(plan, quota=608)
    file = tmp_path / "方案.json"
    file.write_text(workbook.export_json(plan).replace('"608', '"700'), encoding="utf-8")
    LogEntry.objects.all().delete()

    call_command("import_plan", file, "--dry-run", stdout=StringIO())

    assert not LogEntry.objects.exists()


def test_imported_patches_are_one_entry_on_their_batch_in_the_name_given(tmp_path):
    make_steps_target()
    make_village("东村")
    clerk = make_user("huang", role=Role.STAFF, name="黄玲")
    file = tmp_path / "下发.csv"
    rows = "".join(f"东村,T{number:03d},1.5\n" for number in range(200))
    file.write_text("村,图斑编号,面积(亩)\n" + rows, encoding="utf-8")

    call_command(
        "import_patches",
        file,
        "--target",
        "abandoned",
        "--by",
        "huang",
        issued_on="2024-01-02",
        stdout=StringIO(),
    )

    created, applied = changes_of(Batch.objects.get())
    assert Patch.objects.count() == 200
    assert "applied_at" in applied.changes
    assert "200" in applied.changes["counts"][1]
    assert (applied.actor, applied.additional_data["命令"]) == (clerk, "import_patches")
    assert created.actor == clerk
    assert LogEntry.objects.filter(content_type__model="patch").count() == 0


def test_sign_ins_sign_outs_and_failures_are_kept_without_the_password(client):
    user = make_user("dongcun")

    client.post(
        LOGIN, {"username": "dongcun", "password": "Secret-guess-1"}, REMOTE_ADDR="10.0.0.9"
    )
    client.post(LOGIN, {"username": PHONE, "password": "Secret-guess-2"})
    client.post(LOGIN, {"username": "dongcun", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9")
    client.post("/accounts/logout/")

    found = list(Access.objects.order_by("pk").values_list("kind", "username", "user", "address"))
    assert found == [
        ("FAILED", "dongcun", None, "10.0.0.9"),
        ("FAILED", "138****1234", None, "127.0.0.1"),
        ("SIGN_IN", "dongcun", user.pk, "10.0.0.9"),
        ("SIGN_OUT", "dongcun", user.pk, "127.0.0.1"),
    ]
    assert "Secret" not in str(list(Access.objects.values())) + str(list(LogEntry.objects.values()))


def test_an_export_is_recorded_with_its_name_and_question_and_a_page_is_not(client):
    make_steps_target()
    clerk, village = make_user("huang", role=Role.STAFF), make_village("东村")
    client.force_login(clerk)
    Access.objects.all().delete()

    client.get("/patches/")
    client.get(f"/patches/export.xlsx?village={village.pk}")
    client.get("/patches/export.xlsx?village=99999999999999")  # 没有这个村：不导出，也就没有可记的

    (first,) = Access.objects.order_by("pk")
    assert (first.kind, first.user) == ("DOWNLOAD", clerk)
    assert ".xlsx" in first.what
    assert f"/patches/export.xlsx?village={village.pk}" in first.what
    assert not Access.objects.filter(what__endswith="/patches/").exists()


def test_a_phone_shows_head_and_tail_until_somebody_asks_and_that_is_recorded(boss, client):
    user = make_user("dongcun", name="东村书记", phone=PHONE)
    pages = [client.get(reverse("admin:villages_user_changelist")), client.get(account_page(user))]

    for page in pages:
        assert "138****1234" in page.content.decode()
        assert PHONE not in page.content.decode()
    assert not LogEntry.objects.filter(action=LogEntry.Action.ACCESS).exists()

    shown = client.post(account_page(user), account_post(user, _reveal="1"), follow=True)

    seen = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert PHONE in shown.content.decode()
    assert (seen.actor, seen.object_repr) == (boss, "东村书记")
    assert User.objects.get(pk=user.pk).phone == PHONE


def test_a_phone_left_alone_stays_and_a_new_one_is_saved(boss, client):
    user = make_user("dongcun", phone=PHONE)

    client.post(account_page(user), account_post(user, name="改了姓名"))
    user.refresh_from_db()
    assert (user.name, user.phone) == ("改了姓名", PHONE)

    client.post(account_page(user), account_post(user, phone="13900005678"))
    assert User.objects.get(pk=user.pk).phone == "13900005678"
    entry = changes_of(user)[-1]
    assert entry.changes == {"phone": ["138****1234", "139****5678"]}
    client.post(account_page(user), account_post(user, phone=""))
    assert User.objects.get(pk=user.pk).phone == ""


def test_no_password_and_no_phone_is_in_the_audit(boss, client):
    user = make_user("dongcun", phone=PHONE)
    user.set_password("Another-2024-ok")
    user.save(update_fields=["password"])

    kept = json.dumps(
        list(LogEntry.objects.get_for_object(user).values("changes", "serialized_data"))
    )
    assert PHONE not in kept
    assert user.password not in kept
    assert changes_of(user)[-1].changes == {"password": ["******", "******"]}


def test_a_check_waved_through_and_taken_back_leaves_both_on_the_patch():
    target = make_steps_target(make_plan())
    patch, clerk = make_patch(target), make_user(role=Role.STAFF)
    check = GeometryCheck.objects.create(
        patch=patch, kind=GeometryCheck.Kind.AREA, sentence="面积不符"
    )

    dismissal.dismiss(check, by=clerk, reason="实地核对过")
    check.refresh_from_db()
    dismissal.reopen(check, by=clerk)

    told = [next(iter(entry.changes.values())) for entry in changes_of(patch)[1:]]
    assert told == [["要看", "认定没有问题：实地核对过"], ["认定没有问题：实地核对过", "收回认定"]]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (PHONE, "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("023-45671234", "023****1234"),
        ("6688", "****88"),
        ("", ""),
    ],
)
def test_masked_numbers(number, shown):
    assert masked(number) == shown
    assert masked_change("None") == "None"


@pytest.mark.parametrize("model", [Change, Access])
def test_nobody_changes_the_audit_and_everybody_else_does_not_see_it(model, boss, client):
    user = make_user("dongcun", name="东村书记")
    client.post(account_page(user), account_post(user, name="东村老李"))
    row = model.objects.order_by("-pk").first()
    urls = [
        reverse(f"admin:audit_{model._meta.model_name}_{what}", args=[row.pk])
        for what in ("change", "delete")
    ]
    listing = reverse(f"admin:audit_{model._meta.model_name}_changelist")

    assert client.get(urls[0]).status_code == 200
    assert client.post(urls[0], {"what": "改掉", "object_repr": "改掉"}).status_code == 403
    assert client.post(urls[1], {"post": "yes"}).status_code == 403
    client.post(listing, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert model.objects.filter(pk=row.pk).exists()
    client.force_login(make_user(role=Role.LEADER))
    assert client.get(listing, follow=True).status_code == 403


def test_the_audit_is_found_by_name_and_filtered_and_told_in_chinese(boss, client):
    user = make_user("dongcun", name="东村书记", role=Role.SECRETARY)
    make_village("白云社区")
    client.post(account_page(user), account_post(user, role="STAFF"))
    listing = reverse("admin:audit_change_changelist")

    found = client.get(listing, {"q": "东村书记", "action": "1"})
    detail = client.get(
        reverse("admin:audit_change_change", args=[changes_of(user)[-1].pk])
    ).content.decode()
    access = client.get(
        reverse("admin:audit_access_changelist"), {"kind": "SIGN_IN", "q": "guanli"}
    )

    assert [entry.object_repr for entry in found.context["cl"].result_list] == ["东村书记"]
    assert "角色：村支部书记 → 镇工作人员" in detail
    assert "管理员老周（guanli）" in detail
    assert "修改 东村书记" in detail
    assert "Updated" not in detail
    assert "timestamp" not in found.content.decode().replace("timestamp__", "")
    assert [row.username for row in access.context["cl"].result_list] == ["guanli"]


def test_the_list_takes_the_same_queries_for_one_row_and_many(
    boss, client, django_assert_num_queries
):
    listing = reverse("admin:audit_change_changelist")
    client.get(listing)
    with django_assert_num_queries(8, exact=False):
        client.get(listing)
    for number in range(5):
        make_village(f"村{number}")
    with django_assert_num_queries(8, exact=False):
        client.get(listing)


def test_the_audit_is_never_pruned_below_180_days():
    village = make_village("东村")
    LogEntry.objects.update(timestamp=timezone.now() - timedelta(days=179))
    Access.objects.create(kind="SIGN_IN", username="a", at=timezone.now() - timedelta(days=400))
    out = StringIO()

    for days in ("179", "0", "-5"):
        with pytest.raises(CommandError, match="至少留 180 天"):
            call_command("prune_audit", "--days", days)
    call_command("prune_audit", "--days", "180", stdout=out)
    assert len(changes_of(village)) == 1
    assert not Access.objects.exists()

    LogEntry.objects.update(timestamp=timezone.now() - timedelta(days=181))
    call_command("prune_audit", "--days", "180", "--dry-run", stdout=out)
    assert len(changes_of(village)) == 1
    call_command("prune_audit", "--days", "180", stdout=out)
    assert changes_of(village) == []
    assert "修改记录 1 条" in out.getvalue()
