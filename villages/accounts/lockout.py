"""猜密码：数输错的次数，够数就锁住登录，说清还要等多久、找谁解。次数和上次登录成功都记在 django-axes 的表里。

三道上限：一个用户名在一个地址上（谁都管），一个用户名在所有地址上，一个地址上的所有用户名。后两道这样掂量，免得真用户受牵连：
近 30 天里这个用户名从这个地址登录成功过的，不管他——外人在别处猜，锁不住他自己的地方；邻座输错，锁不住同一个出口后面的同事。
一个用户名在一个地址上输错再多，也只按第一道的上限算进那个地址：那是一个人在打字；换着用户名试的，一次不少地算。
"""

import logging
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone

from villages.accounts.sessions import device_of

logger = logging.getLogger("villages.login")
TOO_MANY = 429
MAX_NAME_CHARS = 150
KNOWN_FOR = timedelta(days=30)
# IPv6 里“没有地址”的写法。空值进不了唯一约束，两次同时输错会记成两行。
NO_ADDRESS = "::"
# 三道上限的叫法
PAIR = "这个用户名在这个地址"
ACCOUNT = "这个用户名"
ADDRESS = "这个地址"


class Lockout(AxesDatabaseHandler):
    """django-axes 在登录前问 is_locked，登录成败以后各叫一次下面的两个。"""

    def is_locked(self, request, credentials=None):
        return bool(locks(account_key(request, credentials), request.axes_ip_address))

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        name = account_key(request, credentials)
        place = request.axes_ip_address
        if not request.axes_locked_out:  # 锁着的时候再试不算数，不用从头等
            self.clean_expired_user_attempts(request, credentials)
            _count(name, place, device_of(request.axes_user_agent))
            _log("登录失败", request, credentials)
            request.axes_locked_out = bool(locks(name, place))
        if request.axes_locked_out:
            request.axes_credentials = credentials
            _log("登录锁住", request, credentials)

    @transaction.atomic
    def user_logged_in(self, sender, request, user, **kwargs):
        """只清他自己在这个地址输错的：攻击者用自己的账号登录一次，清不掉这个地址上别的用户名的次数。"""
        here = {
            "username": account_key(request, {"username": user.get_username()}),
            "ip_address": request.axes_ip_address,
        }
        AccessAttempt.objects.filter(**here).delete()
        AccessLog.objects.filter(
            Q(**here) | Q(attempt_time__lt=timezone.now() - KNOWN_FOR)
        ).delete()
        AccessLog.objects.create(**here)


def account_key(request: HttpRequest, credentials: dict | None = None) -> str:
    """输错记在哪个用户名下：大小写、全角半角、空格、看不见的字都算同一个；有没有这个账号一样记。"""
    typed = str((credentials or {}).get("username") or "")[:MAX_NAME_CHARS]
    folded = unicodedata.normalize("NFKC", typed).casefold()
    visible = "".join(char for char in folded if unicodedata.category(char)[0] not in "CZ")
    return visible[:MAX_NAME_CHARS]


def place_of(request: HttpRequest) -> str:
    """输错记在哪个地址下。

    IPv6 按前 64 位算一处：一部手机、一户人家就有这么一整段，里面的地址随便换。认不出地址的合记在 NO_ADDRESS：
    一个用户名一份，照第一、二道管；那不是一个地方，不设地址的上限，也不算去过，否则一个人输错，所有认不出地址的都登不进。
    """
    address = _address(request)
    if address is None:
        return NO_ADDRESS
    if address.version == 6 and not address.is_loopback:
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


def _address(request):
    try:
        return ip_address(request.META.get("REMOTE_ADDR") or "")
    except ValueError:
        return None


@transaction.atomic
def _count(name, place, device):
    row, created = AccessAttempt.objects.select_for_update().get_or_create(
        username=name,
        ip_address=place,
        user_agent=device,
        defaults={"failures_since_start": 1},
    )
    if not created:
        AccessAttempt.objects.filter(pk=row.pk).update(
            failures_since_start=F("failures_since_start") + 1,
            attempt_time=timezone.now(),
        )


def recent_failures() -> QuerySet[AccessAttempt]:
    """还算数的输错，新的在前。"""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    return AccessAttempt.objects.filter(attempt_time__gt=since).order_by("-attempt_time")


def known_places() -> QuerySet:
    """近来登录成功过的（用户名，地址）。"""
    let_in = AccessLog.objects.filter(attempt_time__gt=timezone.now() - KNOWN_FOR)
    return let_in.exclude(ip_address=NO_ADDRESS).values_list("username", "ip_address")


def locks(name: str, place: str) -> dict[str, datetime]:
    """哪几道锁着他、各到什么时候：{道: 时间}，没有锁着是空的。"""
    known = known_places().filter(username=name, ip_address=place).exists()
    about = Q(username=name, ip_address=place)
    if not known and settings.LOGIN_ACCOUNT_MAX_FAILURES:
        about |= Q(username=name)
    if not known and settings.LOGIN_ADDRESS_MAX_FAILURES and place != NO_ADDRESS:
        about |= Q(ip_address=place)
    return weigh(name, place, recent_failures().filter(about), known)


def weigh(
    name: str, place: str, failures: Iterable[AccessAttempt], known: bool
) -> dict[str, datetime]:
    """三道上限各锁不锁。failures 是 recent_failures()，至少有这个用户名和这个地址的；known 是他近来从这里登录成功过。"""
    of_account = [failure for failure in failures if failure.username == name]
    of_pair = [failure for failure in of_account if failure.ip_address == place]
    of_address = [failure for failure in failures if failure.ip_address == place]
    each = settings.AXES_FAILURE_LIMIT
    ends = {PAIR: _end(of_pair, each)}
    if not known:
        ends[ACCOUNT] = _end(of_account, settings.LOGIN_ACCOUNT_MAX_FAILURES)
    if not known and place != NO_ADDRESS:
        ends[ADDRESS] = _end(of_address, settings.LOGIN_ADDRESS_MAX_FAILURES, each)
    return {which: until for which, until in ends.items() if until}


def _end(failures, limit, each=0):
    """从最近一次往回数，数到 limit 的那一次过了时限，锁就开；不够数、limit 是 0 都是 None。

    each 是一个用户名最多算几次，0 是有几次算几次。
    """
    total = 0
    counted = Counter()  # 用户名 → 已经算了几次
    for failure in failures:
        weight = failure.failures_since_start
        if each:
            weight = min(weight, each - counted[failure.username])
        counted[failure.username] += weight
        total += weight
        if limit and total >= limit:
            return failure.attempt_time + settings.AXES_COOLOFF_TIME
    return None


def tell_locks(failures: Iterable[AccessAttempt]) -> None:
    """后台的一页：每一行添上 locks，不管几行都是两次查询。"""
    recent = list(recent_failures())
    known = set(known_places())
    for failure in failures:
        where = (failure.username, failure.ip_address)
        failure.locks = weigh(*where, recent, where in known)


def unlock(failures: Iterable[AccessAttempt]) -> None:
    """三道一起解：这些用户名在所有地址的、这些地址上所有用户名的，都从头数。"""
    names = {failure.username for failure in failures}
    places = {failure.ip_address for failure in failures} - {NO_ADDRESS}
    AccessAttempt.objects.filter(Q(username__in=names) | Q(ip_address__in=places)).delete()


def locked_out(request, original_response=None, credentials=None):
    """锁住时的登录页。哪一道锁的、有没有这个账号，都不说。"""
    ends = locks(account_key(request, credentials), request.axes_ip_address).values()
    until = max(ends, default=timezone.now())
    minutes = max(math.ceil((until - timezone.now()).total_seconds() / 60), 1)
    return render(
        request,
        "villages/accounts/locked.html",
        {"minutes": minutes, "until": until},
        status=TOO_MANY,
    )


def _log(happened, request, credentials):
    """给 fail2ban 看的一行：用户名是别人填的，放在最后，看不见的字写成转义，冒充不了前面的地址。"""
    name = repr(str(credentials.get("username") or "")[:MAX_NAME_CHARS])[1:-1]
    logger.warning("%s 地址=%s 用户名=%s", happened, _address(request) or "-", name)
