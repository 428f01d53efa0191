"""发放密码和改密码：密码只在发放时出现一次，系统里只存散列值。"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from villages.accounts import sessions
from villages.models import User

LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # 没有 i l o I O：念和抄都不会错
DIGITS = "23456789"
LENGTH = 12
EXPIRED = "password_expired"  # 登录里记着：密码是用满了天数的


def new_password() -> str:
    """12 位随机密码，字母数字都有，没有容易认错的字符。"""
    while True:
        password = "".join(secrets.choice(LETTERS + DIGITS) for _ in range(LENGTH))
        if any(c in DIGITS for c in password) and any(c in LETTERS for c in password):
            return password


def issue_password(user: User) -> str:
    """给账号发一个新密码并返回它；原来的登录全部失效，本人下次登录须先改密码。"""
    password = new_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    sessions.end_all(user)
    return password


def set_own_password(user: User, password: str) -> None:
    """本人改密码：从此不再是发放的密码。"""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def expire_old_password(user: User) -> bool:
    """登录时看，保持登录的每次用都看：密码用满 PASSWORD_MAX_DAYS 天的，须先改密码。0 是不限期。返回是不是到期了。"""
    days = settings.PASSWORD_MAX_DAYS
    if not days or user.must_change_password:
        return False
    latest = user.past_passwords.first()
    set_at = latest.set_at if latest else user.date_joined
    if set_at > timezone.now() - timedelta(days=days):
        return False
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    return True
