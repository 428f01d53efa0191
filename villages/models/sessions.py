"""登录存在哪里：数据库一行一次登录，写明谁、哪台设备、什么地址。"""

import logging
import re
import time

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import Error, models

from taiping.ground.faults import fault_of
from villages.models.people import User

logger = logging.getLogger("villages.sessions")

# 登录里记的几样
DEVICE = "device"
ADDRESS = "address"
SEEN = "seen"
KEY = re.compile(r"[0-9a-z]{8,40}")


class Session(AbstractBaseSession):
    """登录：一台设备上的一次登录，没有动静超过时限就作废。谁的、哪台设备、从哪里来，随每次保存写在这一行。"""

    # 不设外键约束：账号没了，剩下的登录只是一行没用的数据，不该挡住谁
    user = models.ForeignKey(
        User,
        models.CASCADE,
        null=True,
        related_name="sessions",
        verbose_name="账号",
        db_constraint=False,
    )
    device = models.CharField("设备", max_length=100, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)
    seen_at = models.DateTimeField("最后使用", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录"

    @classmethod
    def get_session_store_class(cls):
        return SessionStore


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
        row.device = data.get(DEVICE, "")
        row.address = data.get(ADDRESS, "")
        return row

    def _validate_session_key(self, key):
        """Cookie 里什么都可能有；不像我们发的，就当没有，不拿去问数据库。"""
        return super()._validate_session_key(key) and bool(KEY.fullmatch(key))
