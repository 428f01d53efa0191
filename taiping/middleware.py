"""每次请求都做的几件事：编号、记一行日志、挡住存不下的值、加上安全的响应头。"""

import logging
import secrets
import time

from django.conf import settings
from django.db import DataError

from taiping.errors import bad_request
from taiping.logs import current_request

logger = logging.getLogger("taiping.requests")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # 在电话里念得清
ID_LENGTH = 8


class RequestIdMiddleware:
    """最外一层：给请求一个短编号，日志、响应头、出错页上是同一个。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = "".join(secrets.choice(LETTERS) for _ in range(ID_LENGTH))
        started, token = time.perf_counter(), current_request.set(request)
        try:
            response = self.get_response(request)
            took = (time.perf_counter() - started) * 1000
            logger.info("%s %s %s %.0f 毫秒", request.method, request.path, response.status_code, took)
        finally:
            current_request.reset(token)
        response.headers["X-Request-ID"] = request.id
        return response


class HeadersMiddleware:
    """浏览器能用什么、能不能留底：登录后的页面不留在共用的电脑里；视图自己写了的不改。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class BadInputMiddleware:
    """人打不出来、数据库也存不下的值，在一处挡住，说一句话：空字符（NUL），大得离谱的数。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if "\0" in request.path or any(has_nul(values) for values in (request.GET, request.POST)):
            return bad_request(request, Unfit(NUL))
        return None

    def process_exception(self, request, exception):
        """表单没拦住、到了数据库才发现的；留下经过，好补上表单里的检查。"""
        not_a_number = isinstance(exception, ValueError) and "expected a number but got" in str(exception)
        if not (not_a_number or isinstance(exception, OverflowError | DataError)):
            return None
        logger.error("填的值存不下：%s %s", request.method, request.path, exc_info=exception)
        return bad_request(request, Unfit(TOO_BIG))


class Unfit(Exception):
    def __init__(self, told):
        self.told = told


NUL = "地址或填的内容里有一个看不见的空字符，常常是从别的软件里复制来的。请回上一页，删掉那一段重新打字。"
TOO_BIG = "有一格填的数太大或不是数，存不下，这次没有保存。请回上一页核对后再交。"


def has_nul(params):
    return any("\0" in name or any("\0" in value for value in values) for name, values in params.lists())
