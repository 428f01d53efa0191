"""发出举证材料和附件的文件：先查范围，再从存储里读；只有我们自己做的 JPEG 直接显示，其余一律下载。"""

import logging
from pathlib import PurePosixPath

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from plots.evidence.sniff import BY_SUFFIX, JPEG
from plots.models import Attachment, Evidence
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
    return _sent(request, Evidence, pk, which)


@require_safe
def attachment_file(request, pk, which):
    return _sent(request, Attachment, pk, which)


def _sent(request, model, pk, which):
    material = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    fields = {"original": material.file, "display": material.display, "thumb": material.thumb}
    field = fields.get(which)
    if not field:
        raise Http404("没有这种文件。")
    etag = f'"{material.sha256}-{which}"'
    response = get_conditional_response(request, etag=etag) or in_part(
        request, _stream(field, material, which), etag
    )
    cache = KEPT if which == "thumb" else NOT_KEPT
    for header, value in {**HEADERS, "Cache-Control": cache, "ETag": etag}.items():
        response.headers[header] = value
    return response


def _stream(field, material, which):
    try:
        stream = field.storage.open(field.name, "rb")
    except FileNotFoundError:
        word = material._meta.verbose_name
        logger.error("%s %s 的文件 %s 不在存储里", word, material.pk, field.name)
        raise Http404("这份材料的文件已经不在了，请联系管理员从备份里找。") from None
    if which == "original":
        file_type = BY_SUFFIX[PurePosixPath(field.name).suffix]
        name = download_name(material.name, file_type)
        return download(stream, name, file_type.content_type)
    name = f"{material.pk}-{which}{JPEG.suffix}"
    return FileResponse(stream, filename=name, content_type=JPEG.content_type)


def download_name(name, file_type):
    """下载用的名字：后缀和内容不符的（如 .html 其实是照片），补上真正的后缀。"""
    return (
        name
        if PurePosixPath(name).suffix.lower() in file_type.suffixes
        else name + file_type.suffix
    )
