"""把今天的提醒送出去：每人一封邮件，每个群一条；送到、没送成、没有送都记一行，同一天再运行不重送。

先记“送到一半”再送：送的时候断了电，不知道那边收到没有，也不再送第二次。
"""

import logging
import smtplib
from collections.abc import Callable, Iterator
from datetime import date

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from taiping.reminders import robots
from taiping.reminders.day import note, notice_of
from taiping.reminders.lines import Notice
from taiping.reminders.models import Sending
from taiping.reminders.robots import NotSent
from villages.models import User

logger = logging.getLogger(__name__)
EMAIL, ROBOT = Sending.Channel
STARTED, SENT, FAILED, SKIPPED = Sending.State
NOTHING, SWITCHED_OFF = "今天没有要提醒的", "本人没有要邮件"
NO_MAIL_SERVER, NO_ADDRESS = "没有设置 EMAIL_URL", "账号上没有邮箱"
UNKNOWN = "上次送到一半停了，收到没有不知道，不再送"


def title(today: date) -> str:
    return f"{settings.SYSTEM_SHORT}：{today.month}月{today.day}日的提醒"


def body(notice: Notice) -> str:
    """邮件的正文：一行一件，最后是网址。"""
    lines = [f"{number}. {line.words}" for number, line in enumerate(notice.lines, start=1)]
    if settings.SITE_URL:
        lines += ["", f"打开系统看：{settings.SITE_URL}/reminders/"]
    return "\n".join(lines)


def people() -> Iterator[User]:
    """要算的人：能登录的，密码是自己改过的。"""
    yield from User.objects.filter(is_active=True, must_change_password=False).order_by("pk")


def remind(today: date, *, is_trial: bool = False) -> Iterator[str]:
    """给每个人、每个群送今天的；一人一句说结果。is_trial 只说会送什么，不送不记。"""
    for user in people():
        notice = notice_of(user, today)
        if is_trial:
            yield _trial(f"{user}", _why_not(user, notice), body(notice))
            continue
        note(notice)
        yield f"{user}：{_mail(user, notice)}"
    said = robots.words(today)
    for address in settings.REMIND_ROBOTS:
        name = robots.robot_name(address)
        if is_trial:
            yield _trial(name, "" if said else NOTHING, said)
            continue
        yield f"{name}：{_tell_robot(address, name, said, today)}"


def _trial(who, why_not, words):
    """只试一试的：要说的都说出来，不送的写明为什么。"""
    what = f"不送，{why_not}" if why_not else "会送"
    return f"{who}：{what}\n{words}".rstrip()


def _why_not(user, notice):
    """不送邮件的理由；要送是空的。"""
    if not notice:
        return NOTHING
    if not user.reminded_by_email:
        return SWITCHED_OFF
    if not user.email:
        return NO_ADDRESS
    return "" if settings.EMAIL_URL else NO_MAIL_SERVER


def _mail(user, notice):
    def send():
        try:
            send_mail(title(notice.on), body(notice), None, [user.email])
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"邮件服务器没有收下（{type(error).__name__}）") from error

    count, why_not = len(notice.lines), _why_not(user, notice)
    return _once({"on": notice.on, "user": user, "channel": EMAIL}, count, why_not, send)


def _tell_robot(address, name, said, today):
    def send():
        link = f"\n打开系统看：{settings.SITE_URL}" if settings.SITE_URL else ""
        robots.tell(address, title(today), f"{said}{link}")

    key = {"on": today, "user": None, "robot": name, "channel": ROBOT}
    return _once(key, 1 if said else 0, "" if said else NOTHING, send)


def _once(key: dict, count: int, why_not: str, send: Callable[[], None]) -> str:
    """同一个 key（哪天、给谁）只送到一次；返回一句结果。"""
    state = SKIPPED if why_not else STARTED
    begun = {"state": state, "words": why_not, "count": count}
    with transaction.atomic():
        rows = Sending.objects.select_for_update()
        row, is_new = rows.get_or_create(**key, defaults=begun)
        if row.state == SENT:
            return "今天已经送过"
        if not is_new and row.state == STARTED:
            return UNKNOWN
        if not is_new:
            row.state, row.words, row.count = state, why_not, count
            row.save(update_fields=[*begun])
    if why_not:
        return f"没有送，{why_not}"
    try:
        send()
    except NotSent as problem:
        logger.warning("提醒没有送成 %s：%s", row, problem)
        row.state, row.words = FAILED, str(problem)
    else:
        row.state = SENT
    row.save(update_fields=["state", "words"])
    return "送到了" if row.state == SENT else f"没送成，{row.words}"
