"""运行中会遇到的故障：磁盘满了、写不进、数据库断了……从异常认出是哪一种，说给人听。

只看异常自己和它的来由，不查数据库、不看磁盘：出故障的可能正是它们。
"""

import errno
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import utils


@dataclass(frozen=True)
class Fault:
    name: str  # 日志里的名字，也是错误页的标题
    happened: str  # 给填表的人看的一句
    advice: str  # 给管理员的一句：做什么
    retry_after: int  # 秒，写进 Retry-After


FULL = Fault(
    "磁盘满了",
    "服务器的磁盘满了，新的内容存不下；已经存下的都在。",
    "请清理服务器的磁盘，腾出地方就能接着用，不用重启。",
    300,
)
DISK = Fault(
    "磁盘读写出错",
    "服务器的磁盘读写出了错，可能是满了，也可能是坏了。",
    "请看磁盘还剩多少、系统日志里磁盘有没有报错；先做一份备份。",
    300,
)
READ_ONLY = Fault(
    "数据写不进去",
    "服务器上存数据的地方现在只能看、不能写。",
    "请看数据文件夹和数据库属于哪个用户、是不是只读：运行服务的用户要能写。",
    300,
)
AWAY = Fault(
    "数据库连不上",
    "数据库正在重启或者断开了，一般一两分钟就好。",
    "请看数据库服务是不是在运行、地址和密码对不对、连接数有没有用完。",
    30,
)
BUSY = Fault(
    "系统正忙",
    "同时有别的事正在写，排队等得太久，这一次没有轮到。",
    "一会儿会自己好；常常出现，请看是不是有大文件正在导入，或者有别的程序占着数据库。",
    20,
)
TABLES = Fault(
    "数据表不全",
    "系统刚更新过，数据表还没有跟上。",
    "请运行 python3 manage.py quickstart --no-serve 更新数据表，再重启服务。",
    300,
)
DAMAGED = Fault(
    "数据库文件坏了",
    "数据库的文件读不出来了，要管理员来修。",
    "请停下服务，留一份现在的数据文件夹，再用最近的备份恢复（taiping/operations/README.md“备份”）。",
    3600,
)
STORAGE = Fault(
    "照片和文件的存储连不上",
    "存照片和文件的那台服务器连不上。",
    "请看对象存储是不是在运行、网址和账号对不对、存储桶在不在。",
    60,
)

BY_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EIO: DISK,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EMFILE: BUSY,
    errno.ENFILE: BUSY,
}
# SQLite 的错误名，按开头认：SQLITE_IOERR_WRITE、SQLITE_READONLY_DIRECTORY 都是一类
BY_SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": DISK,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_PROTOCOL": BUSY,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}
# PostgreSQL 的错误码，先认整个，再认前两位（一类）；和服务器说哪种语言无关
BY_SQLSTATE = {
    "53100": FULL,
    "53200": BUSY,
    "53300": AWAY,
    "53": BUSY,
    "58": DISK,
    "58P01": DAMAGED,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "08": AWAY,
    "28": AWAY,
    "3D": AWAY,
    "57P01": AWAY,
    "57P02": AWAY,
    "57P03": AWAY,
    "57P05": AWAY,
    "57014": BUSY,
    "55P03": BUSY,
    "40": BUSY,
    "42P01": TABLES,
    "42703": TABLES,
    "3F000": TABLES,
}
# 没有错误码的，只能看字
BY_WORDS = {
    "no such table": TABLES,
    "no such column": TABLES,
    "has no column named": TABLES,
    "database or disk is full": FULL,
    "disk i/o error": DISK,
    "readonly database": READ_ONLY,
    "unable to open database": READ_ONLY,
    "database is locked": BUSY,
    "database table is locked": BUSY,
    "disk image is malformed": DAMAGED,
    "file is not a database": DAMAGED,
    "already closed": AWAY,
    "closed database": AWAY,
}
MISSING_OBJECT = ("404", "NoSuchKey", "NotFound")


def fault_of(exception: BaseException | None) -> Fault | None:
    """异常是哪一种运行故障；都不是就是 None（程序自己的错）。"""
    for error in _origins(exception):
        if fault := _of_database(error) or _of_storage(error) or _of_system(error):
            return fault
    return None


def lost_at_commit(exception: BaseException | None) -> bool:
    """连接断在提交的那一刻：存没存下，程序自己也不知道。"""
    for error in _origins(exception):
        step = error.__traceback__
        while step:
            if step.tb_frame.f_code.co_name == "_commit":
                return True
            step = step.tb_next
    return False


def _origins(exception: BaseException | None) -> Iterator[BaseException]:
    """异常自己、它的来由、来由的来由。"""
    seen = set()
    while exception is not None and id(exception) not in seen:
        seen.add(id(exception))
        yield exception
        exception = exception.__cause__ or exception.__context__


def _of_database(error):
    if not isinstance(error, (utils.Error, sqlite3.Error)):
        return None
    raw = error.__cause__ or error
    if sqlite := getattr(raw, "sqlite_errorname", ""):
        found = next((name for name in BY_SQLITE if sqlite.startswith(name)), None)
        return BY_SQLITE.get(found) or _by_words(raw)
    if code := getattr(raw, "pgcode", None) or getattr(raw, "sqlstate", None):
        return BY_SQLSTATE.get(code) or BY_SQLSTATE.get(code[:2])
    if fault := _by_words(raw):
        return fault
    # 驱动没有拿到错误码：没连上，或者连着连着断了
    is_postgresql = type(raw).__module__.startswith("psycopg")
    return AWAY if is_postgresql and _is_connection(error) else None


def _is_connection(error):
    return (
        isinstance(error, (utils.OperationalError, utils.InterfaceError))
        or type(error) is utils.DatabaseError
    )


def _by_words(error):
    words = str(error).lower()
    return next((fault for phrase, fault in BY_WORDS.items() if phrase in words), None)


def _of_storage(error):
    """botocore 不一定装了，所以看它是哪家的，不导入它。"""
    if type(error).__module__.split(".")[0] not in ("botocore", "boto3", "s3transfer"):
        return None
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    return None if code in MISSING_OBJECT else STORAGE


def _of_system(error):
    return BY_ERRNO.get(error.errno) if isinstance(error, OSError) else None
