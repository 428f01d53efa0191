"""每次请求都做的几件事：理好地址、编号、记一行日志、压缩、挡住存不下的值、加上安全的响应头。"""

import logging
import secrets
import time

from django.conf import settings
from django.db import DataError
from django.http import FileResponse, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware

from taiping.ground.addresses import mend_remote_address
from taiping.ground.faults import fault_of
from taiping.operations.errors import bad_request, not_allowed
from taiping.operations.logs import current_request
from taiping.operations.serving import running

logger = logging.getLogger("taiping.requests")
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # 在电话里念得清
ID_LENGTH = 8
KNOWN_METHODS = ["GET", "HEAD", "POST"]
NOT_ALLOWED = 405
TEXT_TYPES = ("text/", "application/json", "application/geo+json")


class RequestIdMiddleware:
    """最外一层：给请求一个短编号，日志、响应头、出错页上是同一个；地址也在这里理好，往里的都照着用。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        mend_remote_address(request.META)
        request.id = "".join(secrets.choice(LETTERS) for _ in range(ID_LENGTH))
        started = time.perf_counter()
        token = current_request.set(request)
        try:
            with running.noted(request):
                response = self.get_response(request)
            took = (time.perf_counter() - started) * 1000
            logger.info(
                "%s %s %s %.0f 毫秒", request.method, request.path, response.status_code, took
            )
        finally:
            current_request.reset(token)
        response.headers["X-Request-ID"] = request.id
        if not response.streaming:  # 里面几层给的拒绝和跳转没有写长度；写了，连接才接着用得上
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class CompressMiddleware(GZipMiddleware):
    """网页和地图的数据压缩了再发：一页总览从九十 KB 变成十 KB 以内，信号弱也开得快。

    照片、表格、Word 本来就是压缩的，静态文件在收集时就压好了，都不再压。
    """

    def process_response(self, request, response):
        is_text = response.headers.get("Content-Type", "").startswith(TEXT_TYPES)
        if not is_text or isinstance(response, FileResponse):
            return response
        return super().process_response(request, response)


class MethodsMiddleware:
    """只认看（GET、HEAD）和交（POST），视图自己写明 methods 的照它的；别的方法，和地址不接的方法，都是同一页 405。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        return not_allowed(request, response) if response.status_code == NOT_ALLOWED else response

    def process_view(self, request, view, args, kwargs):
        methods = getattr(view, "methods", KNOWN_METHODS)
        return None if request.method in methods else HttpResponseNotAllowed(methods)


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
    """表单没拦住、到了数据库才发现存不下的值：空字符（NUL）、大得离谱的数、不是数的编号。说一句话，不出事故页。

    表单自己拦得住的（Django 的文字格都不收空字符）仍由表单在那一格旁边说，填的字都留着。
    地址一页上要写几十遍（翻页、排序、每一行的按钮），太长的不往下做；nginx 默认也只收这么长。
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if len(request.path) + len(request.META.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
            return bad_request(request, Unfit(LONG_ADDRESS))
        return self.get_response(request)

    def process_exception(self, request, exception):
        sentence = _sentence_of(exception)
        if not sentence or fault_of(exception):  # 运行中的故障是系统的事，不怪填的值
            return None
        # 留下经过，好补上表单里的检查
        logger.error("填的值存不下：%s %s", request.method, request.path, exc_info=exception)
        return bad_request(request, Unfit(sentence))


class Unfit(Exception):
    def __init__(self, sentence):
        self.sentence = sentence


def _sentence_of(exception):
    """数据库不收的值 → 一句话；别的错是 None。"""
    words = str(exception)
    if isinstance(exception, ValueError | DataError) and "NUL (0x00)" in words:
        return NUL
    if isinstance(exception, OverflowError | DataError):
        return TOO_BIG
    if isinstance(exception, ValueError) and "expected a number but got" in words:
        return TOO_BIG
    return None


LONGEST_ADDRESS = 8000
LONG_ADDRESS = (
    f"网址太长，最多 {LONGEST_ADDRESS} 个字符。请从页面上的链接点进来，不要自己往网址后面加东西。"
)
NUL = "地址或填的内容里有一个看不见的空字符，常常是从别的软件里复制来的。请回上一页，删掉那一段重新打字。"
TOO_BIG = "有一格填的太大、太长或不是数，存不下，这次没有保存。请回上一页核对后再交。"
