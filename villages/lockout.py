"""密码连着输错：锁住这个用户名在这个地址上的登录，说清还要等多久、找谁解。"""

import math

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_cool_off
from django.shortcuts import render
from django.utils import timezone

TOO_MANY = 429


def locked_out(request, original_response=None, credentials=None):
    """锁住时的登录页。只看用户名和地址，不说这个账号有没有。"""
    until = locked_until(request, credentials)
    minutes = max(math.ceil((until - timezone.now()).total_seconds() / 60), 1)
    return render(request, "villages/locked.html", {"minutes": minutes, "until": until}, status=TOO_MANY)


def locked_until(request, credentials):
    """最后一次输错的时间加上冷却时间。"""
    found = AxesDatabaseHandler().get_user_attempts(request, credentials)
    attempts = [attempt for attempts in found for attempt in attempts]
    last = max((attempt.attempt_time for attempt in attempts), default=timezone.now())
    return last + get_cool_off(request)
