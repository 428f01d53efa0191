"""登录存在哪里：数据库一行一次登录，写明谁、哪台设备、什么地址；没有动静超过时限就作废。"""

import time

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from villages.accounts import staying
from villages.accounts.devices import device_of
from villages.models import Session, User
from villages.models.sessions import ADDRESS, DEVICE, KEY, SEEN

REFRESH_SECONDS = 60  # 一分钟内的几次点击只写一次


def mark(request: HttpRequest) -> None:
    """记下这次登录用的设备和地址。"""
    request.session[DEVICE] = device_of(request.META.get("HTTP_USER_AGENT", ""))
    request.session[ADDRESS] = request.META.get("REMOTE_ADDR", "")[:45]


def keep_alive(request: HttpRequest) -> None:
    """人在用，时限就往后推；离上次不到一分钟不写。"""
    now = int(time.time())
    seen = request.session.get(SEEN)
    if seen is None or now - seen >= min(REFRESH_SECONDS, settings.SESSION_COOKIE_AGE // 4):
        request.session[SEEN] = now
        mark(request)


def handle(row: Session) -> str:
    """页面上指一次登录用的号：由密钥算出，看见它也推不出登录本身。"""
    return salted_hmac("villages.accounts.sessions", row.session_key).hexdigest()[:20]


def sessions_of(user: User, current_key: str) -> list[tuple[str, Session, bool]]:
    """还有效的登录，最近用过的在前：[(号, 行, 是不是眼前这一个)]；行上的 stays_until 是保持到什么时候。"""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")
    return [
        (handle(row), row, row.session_key == current_key)
        for row in rows
        if staying.tell_until(row, user)
    ]


def end(user: User, current_key: str, which: str) -> int:
    """结束自己的一次登录，which 是它的号；"others" 是除眼前这一个以外的全部。返回结束了几个。"""
    keys = [
        row.session_key
        for number, row, is_current in sessions_of(user, current_key)
        if not is_current and which in ("others", number)
    ]
    return Session.objects.filter(session_key__in=keys).delete()[0]


def end_others(user: User, current_key: str) -> None:
    """改了密码：除眼前这一个以外都不剩。"""
    Session.objects.filter(user=user).exclude(session_key=current_key).delete()


def end_all(user: User) -> int:
    """账号停用了、发了新密码、管理员说结束：他的登录一个不剩，都要重新登录。返回结束了几个还有效的。"""
    count = len(sessions_of(user, ""))
    Session.objects.filter(user=user).delete()
    return count


def expired_owner(key: str | None) -> int | None:
    """过了时限的登录是谁的；没有这样的登录就是 None。"""
    if not KEY.fullmatch(key or ""):
        return None
    expired = Session.objects.filter(session_key=key, expire_date__lte=timezone.now())
    return expired.values_list("user_id", flat=True).first()
