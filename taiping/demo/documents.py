"""演示的整改材料：照表里写的一样样交，销了号的交齐，别的交到一半，不写将来的。"""

from datetime import datetime, timedelta
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from plots.actions import documents
from plots.actions.permissions import NotAllowed
from plots.evidence import check, drop_attachments
from plots.models import Attachment, Patch, RemedyDocument
from taiping.demo.photos import picture
from taiping.demo.table import table
from taiping.demo.timelines import moment, office_day
from tasks.models import RemedyItem
from villages.models import Posting, Role, User

MINUTES = 15 * 60  # 一天里几点交的
DONE = ("CLOSED", "AWAITING")


def load(now: datetime) -> int:
    """交到 now 为止，返回份数；路径里已经没有这一样的不交。"""
    given, items = table()["documents"], {}
    for item in RemedyItem.objects.filter(in_use=True).select_related("route"):
        items[item.route.code, item.name] = item
    posted = Posting.objects.filter(user__is_demo=True, user__role=Role.SECRETARY)
    people = {row.village_id: row.user for row in posted.select_related("user")}
    staff = User.objects.filter(is_demo=True, role=Role.STAFF).order_by("username").first()
    made = 0
    patches = Patch.objects.current().filter(is_demo=True, remedy__in=list(given))
    for place, patch in enumerate(patches.order_by("pk")):
        steps = given[patch.remedy_id]
        count = len(steps) if patch.status in DONE else place % len(steps)
        for step in steps[:count]:
            item = items.get((patch.remedy_id, step["item"]))
            made += bool(item) and _hand_in(patch, item, step, people, staff, now, made)
    return made


def _hand_in(patch, item, step, people, staff, now, number):
    """交一样；还没到日子、办不成的是 False。编号由镇里录，别的村里交。"""
    day = timezone.localdate(patch.created_at) + timedelta(days=step["after"])
    on = office_day(day, timezone.localdate(now))
    at = moment(on, MINUTES + number % 60)
    if at > now:
        return False
    by = staff if step.get("by") == "staff" else people.get(patch.village_id, staff)
    text = step.get("number", "").format(number=number + 1)
    files = [_photo(number, at)] if item.needs_file else []
    given = {"by": by, "on": on, "at": at, "number": text, "files": files}
    try:
        documents.hand_in(patch, item, **given)
    except NotAllowed:
        return False
    return True


def _photo(number, at):
    content = picture(Random(1000 + number), timezone.localtime(at).replace(tzinfo=None))
    return check(SimpleUploadedFile(f"演示材料{number + 1:03d}.jpg", content, "image/jpeg"))


def clear() -> dict[str, int]:
    """演示图斑上的全部材料，连同文件。"""
    found = RemedyDocument.objects.filter(patch__is_demo=True)
    files = list(Attachment.objects.filter(remedy_documents__in=found).distinct())
    count = found.count()
    found.delete()
    drop_attachments(files)
    return {"整改材料": count}
