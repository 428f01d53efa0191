"""日志：一行一件事，写明时间、级别、谁、哪一次请求；没有密码，没有电话号码。"""

import logging
import re
from contextvars import ContextVar

current_request = ContextVar("current_request", default=None)

PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
SECRET = re.compile(
    r"(?i)(['\"]?\b\w*(?:password|passwd|secret|token|sessionid|密码)\w*['\"]?\s*[=:：]\s*)"
    r"('[^']*'|\"[^\"]*\"|[^\s,;&}\]]+)"
)
DATABASE_URL = re.compile(r"(\w+://[^:/@\s]+:)[^@\s]+@")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


def masked(text):
    """电话只留头三位和后四位，密码、令牌、会话号换成星号。"""
    text = PHONE.sub(r"\1****\2", text)
    return DATABASE_URL.sub(r"\1***@", SECRET.sub(r"\1***", text))


class RequestFilter(logging.Filter):
    """给每条日志添上是谁、哪一次请求；这里不查数据库，出错时它可能正连不上。"""

    def filter(self, record):
        # 写错误页时请求已经走完中间件，但记录自己带着它
        request = getattr(record, "request", None) or current_request.get()
        user = getattr(request, "_cached_user", None)
        record.user = getattr(user, "username", "") or "-"
        record.request_id = getattr(request, "id", None) or "-"
        if record.name == "django.request" and getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None  # 没有权限、找不到，不是系统的错，一行就够
        return True


class LineFormatter(logging.Formatter):
    """消息里的换行写成 \\n：别人递来的字造不出一行假日志。出错的经过仍然分行写在后面。"""

    def formatMessage(self, record):
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record).replace("\n", "\\n"))

    def format(self, record):
        return masked(super().format(record))
