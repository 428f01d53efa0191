"""只要文件的一段（RFC 9110 第 14 节）：信号断了，下载从断的地方接着来，不用从头。"""

import re

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise.responders import SlicedFile

ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,30})-([0-9]{0,30})|-([0-9]{1,30}))", re.IGNORECASE)
UNSATISFIABLE = range(0)  # 要的一段全在文件外面


def in_part(request: HttpRequest, response: FileResponse, etag: str) -> HttpResponseBase:
    """整个文件的回答（FileResponse，刚打开）→ 206 和要的那一段；要的在文件外面是 416；没要就原样。"""
    size = int(response.headers["Content-Length"])
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    part = _wanted_bytes(request, size, etag)
    if part is None:
        return response
    if part is UNSATISFIABLE:
        response.close()
        words = f"这个文件有 {size} 字节，要的一段不在里面。请重新下载。"
        return HttpResponse(
            words,
            status=416,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Range": f"bytes */{size}"},
        )
    response.status_code = 206
    response.streaming_content = SlicedFile(response.file_to_stream, part.start, part.stop - 1)
    response.headers["Content-Length"] = str(len(part))
    response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return response


def _wanted_bytes(request: HttpRequest, size: int, etag: str) -> range | None:
    """要哪些字节；没有要、写得不对、一次要几段、文件已经换了（If-Range），都是 None，发整个。"""
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    is_same_file = request.headers.get("If-Range", etag).strip() == etag
    if request.method != "GET" or not found or not is_same_file:
        return None
    first, last, from_end = found.groups()
    if from_end:
        return range(max(size - int(from_end), 0), size) or UNSATISFIABLE
    if last and int(last) < int(first):
        return None
    stop = min(int(last) + 1, size) if last else size
    return range(int(first), stop) or UNSATISFIABLE
