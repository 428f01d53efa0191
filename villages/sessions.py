"""登录存在哪里：数据库一行一次登录，写明谁、哪台设备、什么地址；没有动静超过时限就作废。"""

import logging
import re
import time

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import Error
from django.utils import timezone
from django.utils.crypto import salted_hmac

from taiping.ground.faults import fault_of
from villages.models import Session

logger = logging.getLogger(__name__)

DEVICE, ADDRESS, SEEN = "device", "address", "seen"
REFRESH_SECONDS = 60  # 一分钟内的几次点击只写一次
KEY = re.compile(r"[0-9a-z]{8,40}")
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


class SessionStore(db.SessionStore):
    owner = None  # 读出来时是谁的登录

    def load(self):
        data = super().load()
        self.owner = data.get(SESSION_KEY)
        return data

    def save(self, must_create=False):
        """磁盘满、数据库断了时：登录和新开的没存下就是没成；只是“最近用过”没记下，不妨碍已经办好的事。

        Django 把更新时的任何数据库错误都当成“别处退出了”，给一个 400；真是故障的，抛原来的错。
        """
        try:
            return super().save(must_create)
        except (UpdateError, Error) as error:
            fault = fault_of(error)
            if fault is None:
                raise
            origin = error.__context__ if isinstance(error, UpdateError) else error
        if must_create or self.get(SESSION_KEY) != self.owner:
            raise origin  # 在 except 外面抛：里面要写 from，会抹掉它自己的来由，就认不出是哪种故障了
        logger.warning("故障：%s，登录的最近使用时间没有记下", fault.name)

    @classmethod
    def get_model_class(cls):
        return Session

    def create_model_instance(self, data):
        row = super().create_model_instance({**data, SEEN: int(time.time())})
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.device, row.address = data.get(DEVICE, ""), data.get(ADDRESS, "")
        return row

    def _validate_session_key(self, key):
        """Cookie 里什么都可能有；不像我们发的，就当没有，不拿去问数据库。"""
        return super()._validate_session_key(key) and bool(KEY.fullmatch(key))


def mark(request):
    """记下这次登录用的设备和地址。"""
    request.session[DEVICE] = device_of(request.META.get("HTTP_USER_AGENT", ""))
    request.session[ADDRESS] = request.META.get("REMOTE_ADDR", "")[:45]


def keep_alive(request):
    """人在用，时限就往后推；离上次不到一分钟不写。"""
    now, seen = int(time.time()), request.session.get(SEEN)
    if seen is None or now - seen >= min(REFRESH_SECONDS, settings.SESSION_COOKIE_AGE // 4):
        request.session[SEEN] = now
        mark(request)


def device_of(agent):
    """浏览器自报的名字 → “安卓手机 · 微信”。"""
    system = next((name for word, name in SYSTEMS if word in agent), "")
    browser = next((name for word, name in BROWSERS if word in agent), "")
    return " · ".join(filter(None, [system, browser])) or "认不出的设备"


def handle(row):
    """页面上指一次登录用的号：由密钥算出，看见它也推不出登录本身。"""
    return salted_hmac("villages.sessions", row.session_key).hexdigest()[:20]


def sessions_of(user, current_key):
    """还有效的登录，最近用过的在前：[(号, 行, 是不是眼前这一个)]。"""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")
    return [(handle(row), row, row.session_key == current_key) for row in rows]


def end(user, current_key, which):
    """结束自己的一次登录，which 是它的号；"others" 是除眼前这一个以外的全部。返回结束了几个。"""
    keys = [
        row.session_key
        for number, row, is_current in sessions_of(user, current_key)
        if not is_current and which in ("others", number)
    ]
    return Session.objects.filter(session_key__in=keys).delete()[0]


def end_all(user):
    """账号停用了：他的登录全部结束，再启用也要重新登录。"""
    Session.objects.filter(user=user).delete()


def expired_owner(key):
    """过了时限的登录是谁的；没有这样的登录就是 None。"""
    if not KEY.fullmatch(key or ""):
        return None
    return (
        Session.objects.filter(session_key=key, expire_date__lte=timezone.now())
        .values_list("user_id", flat=True)
        .first()
    )
