"""提醒怎么送：一人一天一封，没有事不送；群里只有数；送到、没送成、没有送都记着，再运行不重送。"""

import json
import smtplib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command

from taiping.reminders.models import Sending
from tests.worlds.year import TODAY
from villages.models import User

pytestmark = pytest.mark.django_db
State = Sending.State


@pytest.fixture
def late(year, settings):
    """东村有一块逾期的；东村书记写了邮箱，邮件服务器设好了。"""
    settings.EMAIL_URL, settings.SITE_URL = "smtp://127.0.0.1:2525", "https://gengdi.example"
    User.objects.update(must_change_password=False)
    year.patch(due=-2, code="T0099", place="王家湾")
    year.east_secretary.email = "dong@example.com"
    year.east_secretary.save()
    return year


@pytest.fixture
def group(settings):
    """一个群：本机的一个网站，收到什么记什么；answer 是它答的状态。"""

    class Group(BaseHTTPRequestHandler):
        got, answer = [], 200

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            Group.got.append(json.loads(self.rfile.read(length)))
            self.send_response(Group.answer)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Group)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.REMIND_ROBOTS = [f"json://127.0.0.1:{server.server_port}/very-secret-key"]
    yield Group
    server.shutdown()
    thread.join()
    server.server_close()


def remind(*options):
    out = StringIO()
    call_command("remind", *options, stdout=out)
    return out.getvalue()


def kept(user):
    return Sending.objects.get(user=user, on=TODAY())


def test_one_letter_a_day_however_often_it_runs(late, mailoutbox):
    first, second = remind(), remind()

    [letter] = mailoutbox
    assert letter.to == ["dong@example.com"]
    assert letter.subject.startswith("太平镇耕地保护：")
    assert letter.body == (
        "1. 逾期 1 个，最久的逾期 2 天\n\n打开系统看：https://gengdi.example/reminders/"
    )
    assert f"{late.east_secretary}：送到了" in first
    assert f"{late.east_secretary}：今天已经送过" in second
    assert (kept(late.east_secretary).state, kept(late.east_secretary).count) == (State.SENT, 1)


def test_nothing_to_say_no_address_switched_off_are_kept_with_their_reason(late, mailoutbox):
    User.objects.filter(pk=late.east_secretary.pk).update(reminded_by_email=False)

    remind()

    assert mailoutbox == []
    assert kept(late.east_secretary).words == "本人没有要邮件"
    assert kept(late.west_secretary).words == "今天没有要提醒的"
    assert {row.state for row in Sending.objects.all()} == {State.SKIPPED}


def test_failed_letter_is_told_and_sent_again_the_next_time(late, mailoutbox, monkeypatch):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected("password=hunter2")

    with monkeypatch.context() as broken:
        broken.setattr("taiping.reminders.sending.send_mail", refuse)
        said = remind()
    assert "没送成，邮件服务器没有收下（SMTPServerDisconnected）" in said
    assert "hunter2" not in said + kept(late.east_secretary).words

    remind()

    assert len(mailoutbox) == 1
    assert kept(late.east_secretary).state == State.SENT


def test_sent_failed_and_skipped_stand_in_the_audit(late, mailoutbox, group):
    """修改记录里查得到：送到了、没送成、没有送（和为什么）。"""
    group.answer = 500
    remind()

    mail = Sending.objects.get(user=late.east_secretary)
    robot = Sending.objects.get(robot__gt="")
    skipped = Sending.objects.get(user=late.west_secretary)
    states = {row: audited_states(row) for row in (mail, robot, skipped)}
    assert states[mail] == [["None", "送到一半"], ["送到一半", "送到了"]]
    assert states[robot] == [["None", "送到一半"], ["送到一半", "没送成"]]
    assert states[skipped] == [["None", "没有送"]]
    entry = LogEntry.objects.get_for_object(skipped).get()
    assert entry.changes_dict["words"][1] == "今天没有要提醒的"


def audited_states(row):
    entries = LogEntry.objects.get_for_object(row).order_by("pk")
    return [entry.changes_display_dict["结果"] for entry in entries]


def test_cut_in_the_middle_is_not_sent_twice(late, mailoutbox):
    Sending.objects.create(on=TODAY(), user=late.east_secretary, channel="EMAIL")

    assert "上次送到一半停了，收到没有不知道，不再送" in remind()
    assert mailoutbox == []


def test_trial_tells_and_changes_nothing(late, mailoutbox, group):
    said = remind("--dry-run")

    assert "会送\n1. 逾期 1 个，最久的逾期 2 天" in said
    assert (mailoutbox, group.got, Sending.objects.count()) == ([], [], 0)
    assert not User.objects.exclude(reminded_on=None).exists()


def test_group_gets_counts_and_a_link_never_a_name_or_a_code(late, group):
    remind()
    remind()

    [message] = group.got
    assert message["message"] == "该村里办的逾期 1 个。\n打开系统看：https://gengdi.example"
    names = User.objects.values_list("name", flat=True)
    for secret in ("T0099", "王家湾", late.east.name, *names):
        assert secret not in json.dumps(message, ensure_ascii=False)
    row = Sending.objects.get(user=None)
    assert (row.state, row.channel) == (State.SENT, "ROBOT")
    assert "very-secret-key" not in row.robot


def test_group_that_does_not_take_it_is_told_without_the_key(late, group):
    group.answer = 500

    said = remind()

    assert "没送成，机器人没有收下" in said
    assert "very-secret-key" not in said
    assert Sending.objects.get(user=None).state == State.FAILED


def test_address_that_is_no_robot_is_told(late, settings):
    settings.REMIND_ROBOTS = ["不是地址"]

    assert "REMIND_ROBOTS 里的这个地址认不得" in remind()


@pytest.mark.parametrize(
    "address",
    [
        "wecombot://0123456789abcdef0123456789abcdef",
        "dingtalk://0123456789abcdef0123456789abcdef",
        "feishu://0123456789abcdef0123456789abcdef",
    ],
)
def test_the_three_robots_of_the_manual_are_known(address):
    import apprise

    assert apprise.Apprise().add(address)


def test_without_apprise_the_manual_is_named(late, group, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)

    assert "没有装 apprise，见运行手册“提醒”" in remind()
    assert group.got == []


def test_people_who_cannot_log_in_get_nothing(late, mailoutbox):
    User.objects.filter(pk=late.east_secretary.pk).update(is_active=False)

    remind()

    assert mailoutbox == []
    assert not Sending.objects.filter(user=late.east_secretary).exists()
