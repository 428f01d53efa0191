"""命令行和后台线程里的改动：修改记录上写明是谁、用的哪条命令。页面上的由中间件写。"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

from auditlog.context import set_extra_data
from auditlog.models import LogEntry
from django.core.management.base import CommandError
from django.db.models import Model

from villages.models import User


@contextmanager
def acting(by: User | None = None, *, command: str = "") -> Iterator[None]:
    """块里的改动记在账号 by 名下；command 是命令的名字，连同这台机器上的用户名一起记下。"""
    extra = {"actor": by}
    if command:
        extra["additional_data"] = {"来自": "命令行", "命令": command, "系统用户": _login()}
    with set_extra_data(extra):
        yield


def named_user(username: str | None, permission: str, who: str) -> User | None:
    """命令行上 --by 写的账号；没写是 None，不是能这么办的（who，如“管理员”）抛 CommandError。"""
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None or not user.has_perm(permission):
        raise CommandError(f"没有“{username}”这个{who}账号，请核对用户名。")
    return user


def note_change(thing: Model, what: str, old: object, new: object) -> None:
    """成批 update 不过 save()：在 thing 上补一条修改记录，what 这一项由 old 改成 new。"""
    LogEntry.objects.log_create(
        thing, action=LogEntry.Action.UPDATE, changes={what: [str(old), str(new)]}
    )


def _login():
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # 没有登记在册的用户，如容器里
        return ""
