"""登录存在哪里：数据库一行一次登录，写明谁、哪台设备、什么地址；没有动静超过时限就作废。"""

import logging
import time

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from villages.models import Session, User
from villages.models.sessions import ADDRESS, DEVICE, KEY, SEEN

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 60  # 一分钟内的几次点击只写一次
SYSTEMS = [
    ("HarmonyOS", "鸿蒙手机"),
    ("OpenHarmony", "鸿蒙手机"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
]
BROWSERS = [
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "火狐"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("Chrome", "谷歌内核浏览器"),
    ("Safari", "Safari"),
]


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


def device_of(agent: str) -> str:
    """浏览器自报的名字 → “安卓手机 · 微信”。"""
    known = [_first_named(SYSTEMS, agent), _first_named(BROWSERS, agent)]
    return " · ".join(name for name in known if name) or "认不出的设备"


def _first_named(names, agent):
    for word, name in names:
        if word in agent:
            return name
    return ""


def handle(row: Session) -> str:
    """页面上指一次登录用的号：由密钥算出，看见它也推不出登录本身。"""
    return salted_hmac("villages.accounts.sessions", row.session_key).hexdigest()[:20]


def sessions_of(user: User, current_key: str) -> list[tuple[str, Session, bool]]:
    """还有效的登录，最近用过的在前：[(号, 行, 是不是眼前这一个)]。"""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")
    return [(handle(row), row, row.session_key == current_key) for row in rows]


def end(user: User, current_key: str, which: str) -> int:
    """结束自己的一次登录，which 是它的号；"others" 是除眼前这一个以外的全部。返回结束了几个。"""
    keys = [
        row.session_key
        for number, row, is_current in sessions_of(user, current_key)
        if not is_current and which in ("others", number)
    ]
    return Session.objects.filter(session_key__in=keys).delete()[0]


def end_all(user: User) -> None:
    """账号停用了：他的登录全部结束，再启用也要重新登录。"""
    Session.objects.filter(user=user).delete()


def expired_owner(key: str | None) -> int | None:
    """过了时限的登录是谁的；没有这样的登录就是 None。"""
    if not KEY.fullmatch(key or ""):
        return None
    expired = Session.objects.filter(session_key=key, expire_date__lte=timezone.now())
    return expired.values_list("user_id", flat=True).first()
