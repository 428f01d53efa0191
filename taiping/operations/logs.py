"""日志：一行一件事，写明时间、级别、谁、哪一次请求；没有密码，没有电话号码。"""

import logging
import re
from contextvars import ContextVar
from logging.handlers import RotatingFileHandler
from pathlib import Path

current_request = ContextVar("current_request", default=None)

ORDINARY = (403, 404, 405)  # 找不到、没有权限、方法不对：天天有，不值得一条警告
FILE_BYTES = 5 * 1024 * 1024
OLD_FILES = 5
LONGEST_LINE = 4000  # 一行消息最多记多少个字
# 出错的经过：一行最多多少个字，留开头和末尾的多少行
TRACE_LINE = 1000
TRACE_HEAD = 50
TRACE_TAIL = 150

# 日志里的字有多长由别人定，找一遍的用时只能和长度成正比：每个词、每一段没有空白的字只从开头看起（?<!…），
# 看过的不退回来重看（++、*+）。
PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
SECRET = re.compile(
    r"(?i)(?<!\w)(?=\w*?(?:password|passwd|secret|token|sessionid|密码))(\w++['\"]?\s*+[=:：]\s*+)"
    r"('[^']*+'|\"[^\"]*+\"|[^\s,;&}\]]++)"
)
DATABASE_URL = re.compile(r"(?<![^@\s])(?=[^@\s]++@)([^@\s]*?\w://[^:/@\s]++:)[^@\s]++@")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")
HALF_NUMBER = re.compile(r"\d{1,11}\Z")
CLOSING = "'\"@"  # 截断的引号和数据库地址，补上这几个字就看得出到哪里为止


def masked(text: str) -> str:
    """电话只留头三位和后四位，密码、令牌、会话号换成星号。"""
    text = PHONE.sub(r"\1****\2", text)
    return DATABASE_URL.sub(r"\1***@", SECRET.sub(r"\1***", text))


def masked_start(text: str, longest: int) -> str:
    """开头的 longest 个字，打好星号；正好截在电话、密码中间的，半截也不露。"""
    if len(text) <= longest:
        return masked(text)
    start = text[: longest - 11] + HALF_NUMBER.sub("", text[longest - 11 : longest])
    return masked(start + CLOSING).rstrip(CLOSING)


class RequestFilter(logging.Filter):
    """给每条日志添上是谁、哪一次请求；这里不查数据库，出错时它可能正连不上。"""

    def filter(self, record):
        # 写错误页时请求已经走完中间件，但记录自己带着它
        request = getattr(record, "request", None) or current_request.get()
        user = getattr(request, "_cached_user", None)
        record.user = getattr(user, "username", "") or "-"
        record.request_id = getattr(request, "id", None) or "-"
        status = getattr(record, "status_code", 500)
        if record.name == "django.request" and status < 500:
            record.exc_info = record.exc_text = None  # 没有权限、找不到，不是系统的错，一行就够
        if record.name == "django.request" and status in ORDINARY:
            _lower(record, logging.INFO)
        if record.name.startswith("django.security"):
            record.exc_info = record.exc_text = None
            _lower(record, logging.WARNING)
        return logging.getLogger().isEnabledFor(record.levelno)


def _lower(record, level):
    record.levelno = level
    record.levelname = logging.getLevelName(level)


def keep_in_file(path):
    """标准错误没有别人收着时（Windows 的任务计划），另写一份文件：5 MB 换一个，留 5 个旧的。空的是不写。

    只有服务进程自己写：几个进程一起换文件会丢。
    """
    if not path:
        return
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8"
        )
    except OSError as error:  # 日志写不成不拦着服务起来
        logging.getLogger(__name__).error("日志文件 %s 写不成：%s", path, error.strerror)
        return
    for console in logging.getLogger().handlers:
        if isinstance(console.formatter, LineFormatter):
            handler.setFormatter(console.formatter)
            handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)


class LineFormatter(logging.Formatter):
    """消息里的换行写成 \\n：别人递来的字造不出一行假日志。出错的经过仍然分行写在后面。太长的只记开头。"""

    def formatMessage(self, record):
        line = _cut(super().formatMessage(record), LONGEST_LINE)
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], line.replace("\n", "\\n"))

    def formatException(self, error):
        lines = super().formatException(error).split("\n")
        left_out = len(lines) - TRACE_HEAD - TRACE_TAIL
        if left_out > 0:
            lines[TRACE_HEAD:-TRACE_TAIL] = [f"……（中间 {left_out} 行没有记）"]
        return "\n".join(_cut(line, TRACE_LINE) for line in lines)

    def format(self, record):
        return masked(super().format(record))


def _cut(line, longest):
    if len(line) <= longest:
        return line
    return f"{masked_start(line, longest)}……（共 {len(line)} 个字，只记开头）"
