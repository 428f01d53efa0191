"""网页上几处共用的：把文件当附件给出去，把地址和表单里的文字读成整数。"""

import re
from typing import BinaryIO
from urllib.parse import urlsplit

from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")  # 断得开响应头、带得出文件夹的
MOST_DIGITS = 15  # 主键最多这么多位


def download(
    content: bytes | BinaryIO, name: str, content_type: str = XLSX
) -> HttpResponse | FileResponse:
    """content 当附件给出去，存成 name；字节一次发完，打开的文件边读边发。"""
    name = UNFIT.sub("_", name)
    if not isinstance(content, bytes):
        return FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


def wants_json(request: HttpRequest) -> bool:
    """来的是页面上的脚本，要数据，不要网页。"""
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def answer(status: int, **content: object) -> JsonResponse:
    """答给脚本的：状态码加几样数据，中文照写；浏览器不留底。"""
    response = JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-store"
    return response


def came_from(request: HttpRequest, path: str) -> str:
    """从自己网站的 path 这一页点过来的，那一页的地址（带着条件）；不是的是空。"""
    before = urlsplit(request.headers.get("referer", ""))
    is_ours = before.netloc == request.get_host() and before.path == path
    return f"{path}?{before.query}" if is_ours else ""


def whole_number(text: str | None, most_digits: int = MOST_DIGITS) -> int | None:
    """只有 0–9、最多 most_digits 位的才是数；别的是 None，不报错。"""
    text = text or ""
    fits = text.isascii() and text.isdecimal() and len(text) <= most_digits
    return int(text) if fits else None
