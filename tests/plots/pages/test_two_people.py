"""两个人同时按下按钮：上报、核实、图斑页、成批办理，都只成一个，另一个看到是谁先办了什么。

真的两个线程、两个数据库连接；PostgreSQL 上靠行锁，SQLite 上靠一开始就取写锁。
"""

import uuid
from dataclasses import dataclass

import pytest
from django.test import Client

from plots.ledger.replay import all_differences
from plots.models import Kind, RectificationRecord, Status
from tests.worlds.at_once import together
from tests.worlds.year import TODAY, Year
from villages.models import User

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = range(4)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def year():
    return Year()


@dataclass
class Form:
    """一个人打开着的一张表：按下去就交到 path。"""

    user: User
    path: str
    data: dict

    def press(self):
        client = Client()
        client.force_login(self.user)
        return client.post(self.path, self.data, follow=True)


def opened(user, path, **typed):
    """打开一张表，照它给的提交标识和 seen 填。"""
    client = Client()
    client.force_login(user)
    form = client.get(path).context["form"]
    given = {name: form[name].value() for name in ("client_key", "seen")}
    return Form(user, path, {**given, "done_on": TODAY().isoformat(), **typed})


def bulk(user, patch, verb, **typed):
    """台账里勾了这一块、看到了确认页的人。"""
    client = Client()
    client.force_login(user)
    form = client.post("/patches/bulk/", {"verb": verb, "pk": patch.pk}).context["form"]
    given = {name: form[name].value() for name in ("client_key", "seen")}
    data = {"verb": verb, "pk": patch.pk, "done_on": TODAY().isoformat(), "note": "", **given}
    return Form(user, "/patches/bulk/", {**data, **typed})


def press_together(*forms):
    """同时按下；返回每个人看到的字。"""
    return together(*[lambda form=form: form.press().content.decode() for form in forms])


def awaiting(year):
    patch = year.patch(code="T7")
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    patch.refresh_from_db()
    assert patch.status == Status.AWAITING
    return patch


def decisions(patch):
    """整改记录里的决定：通过、退回、认定、暂缓。"""
    kinds = (Kind.PASS, Kind.RETURN, Kind.EXEMPT, Kind.DEFER)
    return list(patch.records.filter(kind__in=kinds).order_by("pk"))


def one_stands_and_the_other_is_shown_it(patch, pages):
    (stands,) = decisions(patch)
    loser = {"黄玲": "刘泽", "刘泽": "黄玲"}[stands.by.name]
    told = [page for page in pages if f"{stands.by.name} " in page and "核实通过" in page]
    told += [page for page in pages if f"{stands.by.name} " in page and "退回到“" in page]
    assert told, f"{loser} 没有看到 {stands.by.name} 先办了什么"
    assert list(all_differences()) == []


@pytest.mark.parametrize("attempt", ROUNDS)
def test_review_pass_against_return(year, attempt):
    patch = awaiting(year)
    path = f"/review/{patch.pk}/"

    pages = press_together(
        opened(year.huang, path, verdict="pass"),
        opened(year.liu, path, verdict="return", reasons=["未见复耕复种"]),
    )

    one_stands_and_the_other_is_shown_it(patch, pages)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_patch_page_confirm_against_send_back(year, attempt):
    patch = awaiting(year)

    pages = press_together(
        opened(year.huang, f"/patches/{patch.pk}/confirm/"),
        opened(year.liu, f"/patches/{patch.pk}/send_back/", note="北边没种"),
    )

    one_stands_and_the_other_is_shown_it(patch, pages)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_bulk_confirm_against_bulk_return(year, attempt):
    patch = awaiting(year)

    pages = press_together(
        bulk(year.huang, patch, "confirm"),
        bulk(year.liu, patch, "send_back", reasons=["未见复耕复种"]),
    )

    one_stands_and_the_other_is_shown_it(patch, pages)
    assert sum("您勾选以后有了变化" in page for page in pages) == 1


@pytest.mark.parametrize("attempt", ROUNDS)
def test_review_against_bulk(year, attempt):
    patch = awaiting(year)

    pages = press_together(
        opened(year.huang, f"/review/{patch.pk}/", verdict="return", note="北边没种"),
        bulk(year.liu, patch, "confirm"),
    )

    one_stands_and_the_other_is_shown_it(patch, pages)


@pytest.mark.parametrize("attempt", ROUNDS)
def test_two_people_report_the_same_step(year, attempt):
    patch = year.patch(code="T8")
    path, step = f"/patches/{patch.pk}/report/", patch.target.milestones.get(code="replant")

    pages = press_together(
        opened(year.east_secretary, path, step=step.pk, amount="whole"),
        opened(year.huang, path, step=step.pk, amount="whole"),
    )

    record = patch.records.get()
    shown = f"{record.by} {TODAY().month}月{TODAY().day}日上报了“复耕复种”"
    assert sum(shown in page for page in pages) == 1
    assert sum("您填的都还在" in page for page in pages) == 1
    assert list(all_differences()) == []


@pytest.mark.parametrize("attempt", ROUNDS)
def test_one_form_pressed_twice_counts_once(year, attempt):
    patch = year.patch(code="T9")
    step = patch.target.milestones.get(code="evidence")
    form = opened(year.east_secretary, f"/patches/{patch.pk}/report/", step=step.pk, amount="whole")

    pages = press_together(form, form)

    assert patch.records.count() == 2  # 复耕复种、举证上传各一条
    assert ["已上报 T9 复耕复种、举证上传" in page for page in pages] == [True, True]


def test_one_key_on_two_patches_is_refused_in_words(year):
    first, second = awaiting(year), awaiting_again(year)
    used = opened(year.huang, f"/review/{first.pk}/", verdict="pass")
    used.press()
    path = f"/review/{second.pk}/"
    copied = opened(year.huang, path, verdict="pass", client_key=used.data["client_key"])

    page = copied.press().content.decode()

    assert "这张表单已经用在另一块图斑上" in page
    assert RectificationRecord.objects.filter(kind=Kind.PASS).count() == 1


def awaiting_again(year):
    patch = year.patch(code=f"T{uuid.uuid4().hex[:4]}")
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    return patch
