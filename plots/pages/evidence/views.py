"""发出举证材料的文件：先查范围，再从存储里读；只有我们自己做的 JPEG 直接显示，其余一律下载。"""

import logging
from pathlib import PurePosixPath

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from plots.evidence.sniff import BY_SUFFIX, JPEG
from plots.models import Evidence
from taiping.ground.ranges import in_part
from taiping.ground.web import download

logger = logging.getLogger(__name__)
# 原件和浏览图不许浏览器留底。缩略图许它存着，但每次用都先问过我们：信号弱的手机不用每点一下重新收一遍，
# 包村一去掉，也马上看不到。
KEPT, NOT_KEPT = "private, no-cache", "private, no-store"
HEADERS = {
    "Content-Security-Policy": "sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_safe
def evidence_file(request, pk, which):
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    fields = {"original": evidence.file, "display": evidence.display, "thumb": evidence.thumb}
    field = fields.get(which)
    if not field:
        raise Http404("没有这种文件。")
    etag = f'"{evidence.sha256}-{which}"'
    response = get_conditional_response(request, etag=etag) or in_part(
        request, _stream(field, evidence, which), etag
    )
    cache = KEPT if which == "thumb" else NOT_KEPT
    for header, value in {**HEADERS, "Cache-Control": cache, "ETag": etag}.items():
        response.headers[header] = value
    return response


def _stream(field, evidence, which):
    try:
        stream = field.storage.open(field.name, "rb")
    except FileNotFoundError:
        logger.error("举证材料 %s 的文件 %s 不在存储里", evidence.pk, field.name)
        raise Http404("这份材料的文件已经不在了，请联系管理员从备份里找。") from None
    if which == "original":
        file_type = BY_SUFFIX[PurePosixPath(field.name).suffix]
        name = download_name(evidence.name, file_type)
        return download(stream, name, file_type.content_type)
    name = f"{evidence.pk}-{which}{JPEG.suffix}"
    return FileResponse(stream, filename=name, content_type=JPEG.content_type)


def download_name(name, file_type):
    """下载用的名字：后缀和内容不符的（如 .html 其实是照片），补上真正的后缀。"""
    return (
        name
        if PurePosixPath(name).suffix.lower() in file_type.suffixes
        else name + file_type.suffix
    )
