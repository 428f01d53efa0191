"""演示、培训时今天固定在一天：页面、记录、期限照它，每页上写着；会话、锁、日志照真的钟。"""

import io
import json
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from plots import actions
from plots.evidence import check, store
from plots.models import Evidence, Kind, PendingEvidence, RectificationRecord
from taiping.audit.models import Access
from tests.worlds.factories import PASSWORD, make_reading, make_target
from tests.worlds.kept import again
from tests.worlds.sending import JSON, Phone, jpeg
from tests.worlds.town import TwoVillages
from villages.models import LoginFailure, Session

pytestmark = pytest.mark.django_db
DAY = date(2024, 10, 20)
STRIP = "演示：系统里的今天是 2024年10月20日"
LOGIN = "/accounts/login/"


@pytest.fixture
def town(db, media, settings):
    """东村、西村和一块图斑；复耕复种 9月30日 截止，举证上传 10月31日 截止。今天固定在 10月20日。"""
    town = again(TwoVillages)
    town.at = None
    settings.FIXED_TODAY = DAY
    return town


@pytest.fixture
def phone(town):
    """东村书记的手机。"""
    client = Client()
    client.force_login(town.east_secretary)
    return client


def report(client, patch, **changes):
    """打开上报页，照样子填好交上去；日期用页面上写着的。"""
    form = client.get(f"/patches/{patch.pk}/report/").context["form"]
    names = [name for name in form.fields if name not in ("camera", "files", "area_mu")]
    values = {name: form[name].value() for name in names}
    fields = {name: value for name, value in values.items() if value is not None}
    return client.post(f"/patches/{patch.pk}/report/", {**fields, **changes})


def test_a_report_made_through_the_page_is_dated_that_day(phone, town):
    before = timezone.now()

    report(phone, town.patch)

    record = RectificationRecord.objects.get(kind=Kind.REPORT)
    assert record.done_on == DAY
    assert timezone.localdate(record.created_at) == DAY
    shown = timezone.localtime(record.created_at).time()
    assert timezone.localtime(before).time() <= shown <= timezone.localtime().time()


def test_two_reports_on_that_day_keep_their_order(phone, town):
    report(phone, town.patch, amount="part", area_mu="4")
    report(phone, town.patch, amount="part", area_mu="2")

    areas = RectificationRecord.objects.order_by("created_at").values_list("area_mu", flat=True)
    assert list(areas) == [4, 2]


def test_tomorrow_seen_from_that_day_is_refused_with_its_sentence(phone, town):
    answer = report(phone, town.patch, done_on="2024-10-21")

    words = "日期 2024年10月21日 还没有到，请填今天（2024年10月20日）或以前的日期。"
    assert words in answer.content.decode()
    assert not RectificationRecord.objects.exists()


def test_the_dashboard_opens_on_that_day_and_counts_days_from_it(client, town):
    client.force_login(town.mayor)

    page = client.get("/")
    mine = Client()
    mine.force_login(town.east_secretary)
    words = mine.get("/my/").content.decode()

    question = page.context["question"]
    assert (question.on, question.today, question.is_today) == (DAY, DAY, True)
    assert "逾期 20 天" in words


def test_a_reading_of_the_next_day_has_not_come_yet(client, town):
    target = make_target(town.plan, "retained", kind="FLOOR", measured_by="READINGS", quota=100)
    client.force_login(town.huang)
    given = {"target": target.pk, "value": "101", "source": "年度变更调查"}

    refused = client.post("/plan/readings/", {**given, "on": "2024-10-21"})
    make_reading(target, value=101, on=DAY, by=town.huang)

    assert "这一天还没有到，请填今天或以前的日期。" in refused.content.decode()
    assert timezone.localdate(target.readings.get().created_at) == DAY


@pytest.mark.parametrize(
    "page",
    [
        *("/", "/screen/", "/patches/", "/patches/map/", "/patches/import/", "/plan/"),
        *("/bulletin/", "/help/", "/accounts/", "/admin/", "/admin/villages/user/"),
    ],
)
def test_every_page_says_which_day_it_is(client, town, page):
    client.force_login(town.admin)

    answer = client.get(page)

    assert answer.status_code == 200
    assert STRIP in answer.content.decode()


def test_the_login_page_says_so_too_and_nobody_does_on_a_real_clock(client, town, settings):
    fixed = client.get(LOGIN).content.decode()
    missing = client.get("/no-such-page/", follow=True).content.decode()
    settings.FIXED_TODAY = None
    real = client.get(LOGIN).content.decode()

    assert STRIP in fixed
    assert STRIP in missing
    assert "系统里的今天" not in real


def test_the_phone_is_told_the_day_only_when_it_is_fixed(phone, town, settings):
    fixed = json.loads(phone.get("/my/tasks.json", **JSON).content)
    settings.FIXED_TODAY = None
    real = json.loads(phone.get("/my/tasks.json", **JSON).content)

    assert (fixed["rules"]["fixed_day"], real["rules"]["fixed_day"]) == ("2024-10-20", "")
    assert datetime.fromisoformat(fixed["at"]).date() != DAY  # 手机里什么时候留的，照真的钟


def test_news_since_the_last_visit_follows_the_systems_clock(phone, town):
    phone.get("/my/")
    actions.report(town.patch, by=town.east_secretary, step=town.evidence)
    actions.confirm(town.patch, by=town.huang)
    session = phone.session
    old = (timezone.now() - timedelta(hours=1)).isoformat()
    session["tasks_visit"] = {**session["tasks_visit"], "at": old}
    session.save()

    [told] = phone.get("/my/").context["confirmed"]

    assert told.count == 1


def test_a_photo_by_the_phones_real_clock_is_not_called_late(town):
    record = actions.report(town.patch, by=town.east_secretary)
    shot = Image.Exif()
    shot.get_ifd(0x8769)[0x9003] = f"{timezone.localtime():%Y:%m:%d %H:%M:%S}"
    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=shot)

    photo = store(record, check(SimpleUploadedFile("田.jpg", out.getvalue())), town.east_secretary)

    assert timezone.localdate(photo.created_at) == DAY
    assert photo.taken_at is not None
    assert photo.clock_text == ""


def test_a_photo_waiting_for_its_form_ages_by_the_real_clock(phone, town):
    Phone(phone, town.patch).put(jpeg())

    assert timezone.now() - PendingEvidence.objects.get().created_at < timedelta(minutes=5)
    assert not Evidence.objects.exists()


class TestRealClock:
    def log_in(self, password=PASSWORD, client=None):
        client = client or Client()
        client.post(LOGIN, {"username": "dong", "password": password})
        return client

    def is_in(self, client):
        return client.get("/accounts/").status_code == 200

    def test_a_session_lives_and_ends_by_it(self, town):
        client = self.log_in()
        assert self.is_in(client)
        assert self.is_in(client)
        row = Session.objects.get(user=town.east_secretary)
        assert abs(row.seen_at - timezone.now()) < timedelta(minutes=5)
        assert row.expire_date > timezone.now()

        store = client.session
        store["seen"] = int(timezone.now().timestamp()) - 31 * 60
        store.save()
        Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))

        assert not self.is_in(client)

    def test_a_lock_opens_by_it(self, town, settings):
        settings.AXES_ENABLED = True
        settings.AXES_FAILURE_LIMIT = 2
        for _ in range(2):
            self.log_in("bu-shi-zhe-ge")
        failures = LoginFailure.objects.all()
        assert all(
            abs(row.attempt_time - timezone.now()) < timedelta(minutes=5) for row in failures
        )
        assert not self.is_in(self.log_in())

        failures.update(attempt_time=timezone.now() - timedelta(minutes=16))

        assert self.is_in(self.log_in())

    def test_the_log_of_visits_is_written_by_it(self, town):
        self.log_in()

        assert abs(Access.objects.latest("at").at - timezone.now()) < timedelta(minutes=5)
