"""保持登录：村支部书记在自己的手机上勾了，隔几十天不用才要重新输密码；一直用着就一直在。

认手机：勾的时候另给一块随机的 Cookie，登录里只存它的散列值；这一块在、设备的种类也对，才算数，不对就当场结束。
挡得住：只拿到登录那一块 Cookie 的（比如看得见数据库的人），把两块都抄到别的种类的设备上用的。
挡不住：把 Cookie 全抄走、浏览器又装成同一种的；手机没有锁、到了别人手里的。这些靠退出、改密码、管理员来结束。
每次用都照当时的设置和角色看：天数改短了、关了、人不是书记了，早先勾的也照新的办。
"""

import logging
import secrets
import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from villages.accounts.devices import kind_of
from villages.models import Session, User
from villages.models.sessions import SEEN, SessionStore

logger = logging.getLogger("villages.login")

DAY_SECONDS = 24 * 60 * 60
COOKIE = "phone"  # 手机那一块 Cookie 的名字
# 登录里记的两样
STAYING = "staying"
ELSEWHERE = "elsewhere"


def seconds_of(user: User) -> int:
    """这个人勾了“保持登录”，多少秒不用才退出；0 是不给保持。"""
    days = settings.PHONE_LOGIN_DAYS
    return days * DAY_SECONDS if days > 0 and user.is_secretary else 0


def is_staying(request: HttpRequest) -> bool:
    return STAYING in request.session


def begin(request: HttpRequest) -> bool:
    """刚登录的人勾了“保持登录”：从此认这台手机。不给保持的返回 False，还是平常的登录。"""
    limit = seconds_of(request.user)
    if not limit:
        return False
    request.new_phone = secrets.token_urlsafe(32)
    request.session[STAYING] = {"phone": _digest(request.new_phone), "kind": _kind(request)}
    request.session.set_expiry(limit)
    return True


def check(request: HttpRequest) -> None:
    """来的是保持着的登录：换了设备的、过了时限的，到此为止；设置和角色变了的，照新的办。"""
    mark = request.session.get(STAYING)
    if not mark or not request.user.is_authenticated:
        return
    limit = seconds_of(request.user)
    idle = time.time() - request.session.get(SEEN, 0)
    if not _is_same_phone(request, mark):
        logger.warning("保持登录的换了设备，已经结束 地址=%s", request.META.get("REMOTE_ADDR", ""))
        logout(request)
        request.session[ELSEWHERE] = True
    elif idle > (limit or settings.SESSION_COOKIE_AGE):
        _expire(request)
    elif not limit:
        del request.session[STAYING]
        request.session.set_expiry(None)
    elif request.session.get_expiry_age() != limit:
        request.session.set_expiry(limit)


def hand_over(request: HttpRequest, response: HttpResponse) -> None:
    """手机那一块 Cookie 跟着登录那一块给，时限也跟着往后推。"""
    if not (request.session.modified and is_staying(request)):
        return
    response.set_cookie(
        COOKIE,
        getattr(request, "new_phone", None) or request.COOKIES.get(COOKIE, ""),
        max_age=request.session.get_expiry_age(),
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def tell_until(row: Session, user: User) -> bool:
    """在行上写明保持到什么时候（stays_until，没有保持的是 None）；返回照现在的规矩它还算不算数。"""
    row.stays_until = None
    if STAYING not in row.get_decoded():
        return True
    limit = seconds_of(user)
    ends_at = row.seen_at + timedelta(seconds=limit or settings.SESSION_COOKIE_AGE)
    if limit:
        row.stays_until = ends_at
    return ends_at > timezone.now()


def _expire(request):
    """和自己过了时限的一个样子：行还在，交来的字才认得出是谁的（drafts.keep）。"""
    key = request.session.session_key
    Session.objects.filter(session_key=key).update(expire_date=timezone.now())
    request.session = SessionStore(key)
    request.user = AnonymousUser()


def _is_same_phone(request, mark):
    given = _digest(request.COOKIES.get(COOKIE, ""))
    return constant_time_compare(given, mark["phone"]) and _kind(request) == mark["kind"]


def _kind(request):
    return kind_of(request.META.get("HTTP_USER_AGENT", ""))


def _digest(phone):
    return salted_hmac("villages.accounts.staying", phone, algorithm="sha256").hexdigest()
