"""一块图斑的上报表，写成数据：手机上没交以前先查一遍、没有网络时照样填，都看它。"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from plots.actions.transaction import LACKING_PHOTOS, LACKING_REF, NOT_YET, contexts_of
from plots.evidence.checking import too_large
from plots.ledger.village_tasks import Card
from plots.models import Patch, PatchShape
from plots.models.deadlines import due_next
from plots.pages.file_fields import TOO_MANY
from plots.pages.forms import AREA_NOT_NUMBER
from plots.pages.report.forms import (
    AREA_NEEDED,
    AREA_TOO_LARGE,
    DAY_NEEDED,
    ENOUGH_PHOTOS,
    ONE_BY_ONE,
    WHOLE_OR_PART,
    ReportForm,
)
from taiping.ground.area import figure, plain
from taiping.ground.dates import fixed_day
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import shapely
from villages.models import User

DIGITS = 5  # 约 1 米
FINE = 0.00001


def rules() -> dict[str, Any]:
    """和哪一块无关的：几句话（{…} 里由手机填上）、几个限度。fixed_day 只在今天固定时有，平常手机看自己的钟。"""
    fixed = fixed_day()
    return {
        "fixed_day": fixed.isoformat() if fixed else "",
        "words": {
            "area_needed": AREA_NEEDED,
            "area_not_number": AREA_NOT_NUMBER,
            "area_too_large": AREA_TOO_LARGE,
            "whole_or_part": WHOLE_OR_PART,
            "one_by_one": ONE_BY_ONE,
            "not_yet": NOT_YET,
            "day_needed": DAY_NEEDED,
            "lacking_photos": LACKING_PHOTOS,
            "lacking_ref": LACKING_REF,
            "too_many": TOO_MANY.replace("{most}", str(settings.EVIDENCE_MAX_FILES)),
            "large_photo": too_large(is_photo=True),
            "large_file": too_large(is_photo=False),
        },
        "max_files": settings.EVIDENCE_MAX_FILES,
        "photo_mb": settings.EVIDENCE_PHOTO_MAX_MB,
        "file_mb": settings.EVIDENCE_DOCUMENT_MAX_MB,
        "px": settings.EVIDENCE_CLIENT_PX,
    }


def page_facts(form: ReportForm) -> dict[str, Any]:
    """上报页自己用的：这一块的，加上限度和那几句话。"""
    shapes = PatchShape.objects.filter(patch=form.context.patch)
    wkb = next(iter(shapes.values_list("wkb", flat=True)), None)
    return {**rules(), **facts_of(form, wkb and load(wkb))}


def facts_of(form: ReportForm, outline: shapely.Geometry | None = None) -> dict[str, Any]:
    """一块图斑的；form 是没填过的 ReportForm，outline 是它的图形（经纬度）。"""
    context, patch = form.context, form.context.patch
    card = Card(patch, context.state, context.today)
    earliest, too_early = context.earliest()
    return {
        "patch": patch.pk,
        "code": patch.code,
        "place": patch.place,
        "village": patch.village.name,
        "area": figure(patch.area_mu),
        "target": patch.target.name,
        "contractor": patch.contractor,
        "is_demo": patch.is_demo,
        "step": card.step.name,
        "due": due_next(patch).isoformat(),
        "due_text": card.due_text,
        "returned": _returned(card),
        "part": _part(card),
        "first": form.steps[0].pk,
        "seen": context.last_seen,
        "left": plain(form.now.remaining_mu),
        "today": context.today.isoformat(),
        "earliest": earliest.isoformat(),
        "too_early": too_early,
        "steps": [_step(form, *pair) for pair in zip(form.steps, form.labels, strict=True)],
        "amounts": [label for _, label in form.fields["amount"].choices],
        "buttons": form.buttons,
        "lacking": form.lacking(),
        "ref_help": form.ref_help,
        "ref_label": form.context.upload_label,
        "outline": _rings(outline),
    }


def tasks_facts(patches: Iterable[Patch], user: User) -> list[dict[str, Any]]:
    """许多块的，先后照旧；不论几块，查询次数固定。"""
    contexts = contexts_of(patches, user)
    shapes = PatchShape.objects.filter(patch__in=[context.patch for context in contexts])
    outlines = {pk: load(wkb) for pk, wkb in shapes.values_list("pk", "wkb")}
    return [
        facts_of(ReportForm(context=context), outlines.get(context.patch.pk))
        for context in contexts
    ]


def _step(form, step, label):
    lacking = form.context.missing_materials
    needs_ref = bool(lacking(step, ENOUGH_PHOTOS))
    kept = form.context.kept_photos[step.pk] if step.min_photos else 0
    return {
        "pk": step.pk,
        "name": step.name,
        "label": label,
        "photos": max(step.min_photos - kept, 0),
        "needs_ref": needs_ref,
    }


def _returned(card):
    record = card.returned
    if record is None:
        return None
    return {
        "step": record.milestone.name,
        "day": record.done_on.isoformat(),
        "text": card.returned_text,
    }


def _part(card):
    part = card.part
    return part and {"done": figure(part.area_mu), "left": figure(part.remaining_mu)}


def _rings(outline):
    """[[[经度, 纬度], …], …]：外圈和洞，约 1 米。"""
    if outline is None:
        return None
    drawn = json.loads(shapely.to_geojson(outline.simplify(FINE)))
    parts = drawn["coordinates"] if drawn["type"] == "MultiPolygon" else [drawn["coordinates"]]
    return [_rounded(ring) for part in parts for ring in part]


def _rounded(ring):
    return [[round(lon, DIGITS), round(lat, DIGITS)] for lon, lat in ring]
