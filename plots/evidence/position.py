"""照片的位置与图斑的关系；只作参考，从不拒绝。"""

import math
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.db.models import Q

from plots.models import Evidence, Patch, PatchShape
from taiping.ground.actors import actors
from taiping.ground.area import sqm_from_mu
from taiping.ground.geometry.measure import distance_m
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import shapely
from taiping.ground.words import metres_words

Position = Evidence.Position
CHUNK = 900
FURTHEST_M = 2_000_000_000  # 数据库里整数的上限以内


def locate(
    patch: Patch, lat: Decimal | None, lon: Decimal | None
) -> tuple[Evidence.Position, int | None]:
    """(Position, 离图斑的米数)。没有位置、位置不可信、不知道图斑在哪里的是 UNKNOWN, None；在图斑内是 0 米。

    没有图形的，照发现时手机的位置判断，只说得出在附近、在外。lat、lon 是 Decimal 度（没有位置时都是 None）。
    """
    if not _is_credible(lat, lon):
        return Position.UNKNOWN, None
    try:
        shape = patch.shape  # 同一个图斑只查一次
    except PatchShape.DoesNotExist:
        return _judge_from_spot(patch, lat, lon)
    return _judge(load(shape.wkb), lat, lon)


def position_advice(photos: Iterable[Evidence]) -> str:
    """刚交的照片（同一块图斑的）哪几张拍在图斑外、没有位置，一句话；都好、不知道图斑在哪里的是空文字。"""
    photos = list(photos)
    placed = Patch.objects.placed().filter(lat__isnull=False)
    if not photos or not placed.filter(pk=photos[0].patch_id).exists():
        return ""
    far = [item.position_m for item in photos if item.position == Position.OUTSIDE]
    placeless = sum(not _is_credible(item.lat, item.lon) for item in photos)
    said = [f"{len(far)} 张照片拍在图斑外，离图斑 {metres_words(max(far))}"] if far else []
    said += [f"{placeless} 张照片里没有位置"] if placeless else []
    return f"{'，'.join(said)}；拍错了请{actors.town}里退回，再重拍重报。" if said else ""


def relocate(patch_ids: Iterable[int]) -> None:
    """图形来了或换了：这些图斑的照片重新判断位置，照片自己的和上报时手机的都算。"""
    ids = list(patch_ids)
    for start in range(0, len(ids), CHUNK):
        here = Evidence.objects.filter(patch__in=ids[start : start + CHUNK])
        placed = here.filter(
            Q(lat__isnull=False) | Q(device_lat__isnull=False), patch__shape__isnull=False
        )
        rows = PatchShape.objects.filter(pk__in=placed.values("patch"))
        shapes = {pk: load(wkb) for pk, wkb in rows.values_list("pk", "wkb")}
        changed = [item for item in placed if _replace(item, shapes[item.patch_id])]
        Evidence.objects.bulk_update(
            changed,
            ["position", "position_m", "device_position", "device_position_m"],
            batch_size=500,
        )


def _replace(evidence, geometry):
    """按图形重新判断一份材料的两处位置；有一处变了就是 True。"""
    changed = False
    for prefix in ("", "device_"):
        lat = getattr(evidence, f"{prefix}lat")
        lon = getattr(evidence, f"{prefix}lon")
        judged = (Position.UNKNOWN, None)
        if _is_credible(lat, lon):
            judged = _judge(geometry, lat, lon)
        for name, value in zip(("position", "position_m"), judged, strict=True):
            if getattr(evidence, f"{prefix}{name}") != value:
                setattr(evidence, f"{prefix}{name}", value)
                changed = True
    return changed


def _is_credible(lat, lon):
    """改坏的、没写进去的位置（如 0, 0）等于没有。"""
    if lat is None or lon is None:
        return False
    return abs(lat) <= 90 and abs(lon) <= 180 and bool(lat or lon)


def _judge_from_spot(patch, lat, lon):
    """发现时人站在图斑里或边上：减去定位的误差，再减去图斑（当它是圆的）的半径，还有多远。"""
    if patch.spot is None:
        return Position.UNKNOWN, None
    away = distance_m(shapely.Point(patch.spot.lon, patch.spot.lat), float(lon), float(lat))
    radius = math.sqrt(sqm_from_mu(patch.area_mu) / math.pi)
    beyond = max(away - radius - (patch.found_accuracy_m or 0), 0)
    return _near_or_outside(beyond), min(round(beyond), FURTHEST_M)


def _near_or_outside(metres):
    return Position.NEAR if metres <= settings.PHOTO_NEAR_METRES else Position.OUTSIDE


def _judge(geometry, lat, lon):
    metres = distance_m(geometry, float(lon), float(lat))
    if metres == 0:
        return Position.INSIDE, 0
    whole = min(max(round(metres), 1), FURTHEST_M)
    return _near_or_outside(metres), whole
