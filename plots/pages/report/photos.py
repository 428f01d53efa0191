"""上报的照片一张一张先传来：PUT 交一张，GET 问到了哪几张，DELETE 不要了。表还没交，先留着。"""

from io import BytesIO
from urllib.parse import unquote

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from plots import evidence
from plots.evidence.checking import clean_name
from plots.models.evidence import Material
from plots.pages.file_fields import SHA256, device_position
from plots.pages.report.entrance import closed, find, refused
from taiping.ground.web import answer, whole_number

MEGABYTE = 1024 * 1024
REFUSED = {evidence.Spoiled: 400, evidence.Full: 409}  # 文件是好的，手机上留着再传；别的不用再传


@require_safe
def photos(request, pk, client_key):
    """传之前先问一声：登录还在不在、还能不能报、哪几张已经到了。"""
    patch = find(request, pk)
    if said := refused(request, patch):
        status, words = said
        return answer(status, words=words)
    arrived = evidence.arrived(patch, client_key, request.user)
    return answer(
        200,
        photos=[evidence.told(one, request.user) for one in arrived],
        closed=closed(request.user, patch),
        csrf=get_token(request),
    )


def photo(request, pk, client_key, sha256):
    patch = find(request, pk)
    if said := refused(request, patch):
        status, words = said
        return answer(status, words=words)
    if not SHA256.fullmatch(sha256):
        return answer(422, words="照片的校验值不对，请重新选这张照片。")
    if request.method == "DELETE":
        waiting = evidence.waiting_for(patch, client_key, request.user)
        evidence.drop(waiting.filter(original_sha256=sha256))
        return answer(200)
    if one := evidence.arrived_one(patch, client_key, request.user, sha256):
        return answer(200, **evidence.told(one, request.user))
    return _take(request, patch, client_key, sha256)


def _take(request, patch, client_key, sha256):
    size = whole_number(request.headers.get("Content-Length")) or 0
    most = max(settings.EVIDENCE_PHOTO_MAX_MB, settings.EVIDENCE_DOCUMENT_MAX_MB)
    if size > most * MEGABYTE:  # 不用收完就知道太大
        return answer(413, words=f"有 {size / MEGABYTE:.1f} MB，一个最多 {most} MB，请改小后再选。")
    content = request.read(size)
    if len(content) != size:
        return answer(400, words="没有传完，请再传一次。")
    name = clean_name(unquote(request.headers.get("X-Name", "")))
    upload = InMemoryUploadedFile(BytesIO(content), None, name or None, None, size, None)
    when = request.headers.get("X-Device-When", "")
    try:
        kept = evidence.keep(
            patch,
            client_key,
            evidence.check(upload),
            request.user,
            original_sha256=sha256,
            original_size=whole_number(request.headers.get("X-Original-Size"), most_digits=9),
            device=device_position(request.headers.get("X-Device")),
            when=when if when in Material.DeviceMoment else Material.DeviceMoment.REPORTED,
        )
    except evidence.EvidenceError as error:
        return answer(REFUSED.get(type(error), 422), words=str(error))
    return answer(201, **evidence.told(kept, request.user))


photo.methods = ["PUT", "DELETE"]
photo.opens_by_get = False
