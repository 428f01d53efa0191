"""结转的图斑，整改材料跟着抄过去：眼下的每样一份，文件是同一份。"""

from datetime import datetime

from plots.actions.carry_preview import in_parts
from plots.models import RemedyDocument

COPIED = ("item_id", "number", "on", "words", "by_id", "is_demo")


def copy_documents(new_pks: dict[int, int], at: datetime) -> None:
    """new_pks 是 {老图斑主键: 新图斑主键}；那边已经交了的那一样不抄。"""
    standing = RemedyDocument.objects.filter(withdrawn_at=None)
    for part in in_parts(new_pks):
        rows = standing.filter(patch__in=part).order_by("created_at", "pk")
        latest = {
            (new_pks[row.patch_id], row.item_id): row for row in rows.prefetch_related("files")
        }
        there = standing.filter(patch__in={patch for patch, _ in latest}) if latest else ()
        for document in there:
            latest.pop((document.patch_id, document.item_id), None)
        _copy(latest, at)


def _copy(latest, at):
    pairs = []
    for (patch, _), row in latest.items():
        facts = {name: getattr(row, name) for name in COPIED}
        pairs.append((row, RemedyDocument(patch_id=patch, created_at=at, **facts)))
    RemedyDocument.objects.bulk_create([copy for _, copy in pairs])
    link = RemedyDocument.files.through
    links = []
    for row, copy in pairs:
        links += [link(remedydocument=copy, attachment=file) for file in row.files.all()]
    link.objects.bulk_create(links)
