"""后台的表单：打开以后别人改过的不收；几行互换位置存得下。"""

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.urls import reverse

from taiping.ground.admin import CarefulAdmin, ExchangingFormSet, ReadOnlyAdmin
from tasks.models import Allocation, Membership
from tests.worlds import factories as make
from tests.worlds.admin_forms import post_of
from villages.models import Posting, Role, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = make.make_user("guanli", role=Role.ADMIN, name="管理员老周")
    client.force_login(user)
    return user


def change_page(row):
    model = f"{row._meta.app_label}_{row._meta.model_name}"
    return reverse(f"admin:{model}_change", args=[row.pk])


def text_of(page):
    return page.content.decode()


# 打开以后别人改过


def test_an_old_form_does_not_bring_a_deactivated_account_back(boss, client):
    staff = make.make_user("liu", role=Role.STAFF, name="刘泽", phone="13812345678")
    old = post_of(client.get(change_page(staff)))
    client.post(change_page(staff), {k: v for k, v in old.items() if k != "is_active"})
    assert not User.objects.get(pk=staff.pk).is_active

    page = client.post(change_page(staff), old | {"name": "刘泽泽"})

    text = text_of(page)
    assert page.status_code == 200
    assert "您打开以后别人改过：有效 是 → 否。" in text
    assert 'value="刘泽泽"' in text
    kept = User.objects.get(pk=staff.pk)
    assert (kept.is_active, kept.name) == (False, "刘泽")
    again = post_of(page) | {"name": "刘泽泽"}
    assert client.post(change_page(staff), again).status_code == 302


def test_a_phone_changed_meanwhile_is_told_without_its_number(boss, client):
    staff = make.make_user("liu", role=Role.STAFF, name="刘泽", phone="13812345678")
    page = client.get(change_page(staff))
    User.objects.filter(pk=staff.pk).update(phone="13987654321")

    text = text_of(client.post(change_page(staff), post_of(page)))

    assert "别人改过：电话 改过。" in text
    assert "13987654321" not in text
    assert "13812345678" not in text


def test_an_old_form_of_a_step_is_refused_with_what_changed(boss, client):
    step = make.make_milestone(make.make_target(make.make_plan()), name="复耕复种")
    old = post_of(client.get(change_page(step)))
    client.post(change_page(step), old | {"due_on": "2024-10-08", "actor": "TOWN"})

    page = client.post(change_page(step), old | {"name": "复耕"})

    assert "您打开以后别人改过：截止日期 2024-09-30 → 2024-10-08；由谁做 村 → 镇。" in text_of(page)
    step.refresh_from_db()
    assert (step.name, str(step.due_on)) == ("复耕复种", "2024-10-08")


def test_rows_below_changed_added_and_deleted_meanwhile_are_all_told(boss, client):
    target = make.make_target(make.make_plan(), name="自然撂荒地整治")
    step = make.make_milestone(target, name="复耕复种")
    east, west = make.make_village("东村"), make.make_village("西村")
    gone = make.make_allocation(target, east, quota=5)
    old = post_of(client.get(change_page(target)))
    step.due_on = "2024-10-08"
    step.save()
    make.make_allocation(target, west)
    gone.delete()

    text = text_of(client.post(change_page(target), old | {"quota": "700"}))

    assert "时间节点“自然撂荒地整治 · 复耕复种”截止日期 2024-09-30 → 2024-10-08" in text
    assert "任务分解“自然撂荒地整治 · 西村”是新加的" in text
    assert "任务分解“自然撂荒地整治 · 东村”已经删去" in text
    target.refresh_from_db()
    assert target.quota == 100


def test_a_form_nobody_else_touched_is_saved(boss, client):
    target = make.make_target(make.make_plan())
    make.make_milestone(target)
    make.make_allocation(target)

    page = client.post(change_page(target), post_of(client.get(change_page(target))))

    assert page.status_code == 302


def test_a_form_of_another_row_or_a_forged_one_is_refused(boss, client):
    one, other = make.make_village("东村"), make.make_village("西村")
    foreign = post_of(client.get(change_page(other)))["opened"]

    for seal in (foreign, "改过的"):
        post = post_of(client.get(change_page(one))) | {"opened": seal, "name": "南村"}
        assert "这张表单不是从这一页打开的" in text_of(client.post(change_page(one), post))
    one.refresh_from_db()
    assert one.name == "东村"


def test_every_form_of_the_back_office_compares(rf, boss):
    """能改的后台页都用 CarefulAdmin，下面的表都能互换；别的要么只看，要么不给改。"""
    request = rf.get("/")
    request.user = boss
    for model, page in admin.site._registry.items():
        if isinstance(page, ReadOnlyAdmin) or not page.has_change_permission(request):
            continue
        asked = {*page.get_fields(request)} - {*page.get_readonly_fields(request)}
        assert isinstance(page, CarefulAdmin) or not asked, model
        assert not page.list_editable, model
        for inline in page.inlines:
            assert issubclass(inline.formset, ExchangingFormSet), inline


# 几行互换


def swapped(post, prefix, *names):
    """第一行和第二行的这几格对调。"""
    for name in names:
        one, two = f"{prefix}-0-{name}", f"{prefix}-1-{name}"
        post[one], post[two] = post.get(two, ""), post.get(one, "")
    return post


def test_two_steps_change_places_and_dates(boss, client):
    target = make.make_target(make.make_plan())
    first = make.make_milestone(target, "replant", due_on="2024-09-30")
    second = make.make_milestone(target, "evidence", due_on="2024-10-31")
    post = post_of(client.get(change_page(target)))

    page = client.post(change_page(target), swapped(post, "milestones", "order", "code", "due_on"))

    assert page.status_code == 302
    rows = target.milestones.order_by("order").values_list("pk", "order", "code")
    assert list(rows) == [(second.pk, 1, "replant"), (first.pk, 2, "evidence")]
    changes = LogEntry.objects.get_for_object(first).first().changes
    assert changes["order"] == ["1", "2"]
    assert changes["code"] == ["replant", "evidence"]


def test_two_villages_change_places_in_the_allocations(boss, client):
    target = make.make_target(make.make_plan())
    east, west = make.make_village("东村"), make.make_village("西村")
    one = make.make_allocation(target, east, lot="A")
    two = make.make_allocation(target, west, lot="B")
    post = post_of(client.get(change_page(target)))

    page = client.post(change_page(target), swapped(post, "allocations", "village"))

    assert page.status_code == 302
    assert dict(Allocation.objects.values_list("pk", "village")) == {
        one.pk: west.pk,
        two.pk: east.pk,
    }
    changes = LogEntry.objects.get_for_object(one).first().changes
    assert changes["village"] == [str(east.pk), str(west.pk)]


def test_two_members_change_places(boss, client):
    group = make.make_group(make.make_plan())
    one = make.make_membership(group, cadre=make.make_cadre("黄玲"), order=1)
    two = make.make_membership(group, cadre=make.make_cadre("刘泽"), order=2)
    posts = [make.make_membership(group, cadre=None, post=each) for each in ("村支书", "会计")]
    page = client.get(change_page(group))
    post = post_of(page)
    rows = {post[f"memberships-{i}-id"]: i for i in range(4)}
    a, b = rows[one.pk], rows[two.pk]
    c, d = rows[posts[0].pk], rows[posts[1].pk]
    post |= {f"memberships-{a}-cadre": two.cadre_id, f"memberships-{b}-cadre": one.cadre_id}
    post |= {f"memberships-{c}-post": "会计", f"memberships-{d}-post": "村支书"}

    page = client.post(change_page(group), post)

    assert page.status_code == 302
    found = {row.pk: row.who for row in Membership.objects.all()}
    assert found == {one.pk: "刘泽", two.pk: "黄玲", posts[0].pk: "会计", posts[1].pk: "村支书"}


def test_two_villages_change_places_in_the_postings(boss, client):
    east, west = make.make_village("东村"), make.make_village("西村")
    user = make.make_user("dong", villages=[east, west])
    post = post_of(client.get(change_page(user)))
    before = dict(Posting.objects.values_list("pk", "village"))

    page = client.post(change_page(user), swapped(post, "postings", "village"))

    assert page.status_code == 302
    after = dict(Posting.objects.values_list("pk", "village"))
    assert after == dict(zip(before, reversed(before.values()), strict=True))


def test_a_new_row_takes_the_place_of_one_deleted_in_the_same_form(boss, client):
    target = make.make_target(make.make_plan())
    make.make_milestone(target, "replant", name="复耕复种")
    post = post_of(client.get(change_page(target)))
    post |= {"milestones-TOTAL_FORMS": 2, "milestones-0-DELETE": "on"}
    new = {"order": 1, "code": "replant", "name": "复耕", "actor": "VILLAGE", "min_photos": 0}
    post |= {f"milestones-1-{name}": value for name, value in new.items()}

    page = client.post(change_page(target), post)

    assert page.status_code == 302
    assert list(target.milestones.values_list("name", flat=True)) == ["复耕"]


def test_one_cadre_listed_twice_is_refused_in_words(boss, client):
    group, cadre = make.make_group(make.make_plan()), make.make_cadre("黄玲")
    make.make_membership(group, cadre=cadre)
    post = post_of(client.get(change_page(group))) | {"memberships-TOTAL_FORMS": 2}
    post |= {"memberships-1-cadre": cadre.pk, "memberships-1-position": "MEMBER"}
    post |= {"memberships-1-order": 2, "memberships-1-post": ""}

    page = client.post(change_page(group), post)

    assert "和前面一行重复，请改成不同的，或删去一行。" in text_of(page)
    assert Membership.objects.count() == 1
