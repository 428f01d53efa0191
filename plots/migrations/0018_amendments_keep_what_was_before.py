"""更正的记录自己写在更正以前的村和面积上；早先只在明细里写着村名。

村改过名的，名字已经找不到：看那次更正换下来的记录是哪个村的。
更正时转记的补记，和补记一样转记自自己：不算谁后来报的。
"""

from decimal import Decimal

from django.db import migrations
from django.db.models import F


def write_before(apps, schema_editor):
    records = apps.get_model("plots", "RectificationRecord").objects
    places = dict(apps.get_model("villages", "Village").objects.values_list("name", "pk"))
    now = {}  # 图斑 → 这次更正以后的 (村, 面积)
    for record in records.filter(kind="AMEND").select_related("patch").order_by("-pk").iterator():
        patch = record.patch
        village, area = now.get(patch.pk, (patch.village_id, patch.area_mu))
        for change in record.details.get("changes", []):
            if change["field"] == "area_mu":
                area = Decimal(change["old"])
            if change["field"] == "village":
                village = places.get(change["old"]) or replaced_in(records, record) or village
        now[patch.pk] = village, area
        records.filter(pk=record.pk).update(village=village, area_mu=area)


def replaced_in(records, amendment):
    copies = records.filter(
        patch=amendment.patch_id, created_at=amendment.created_at, copy_of__isnull=False
    )
    return copies.exclude(copy_of=F("pk")).values_list("copy_of__village", flat=True).first()


def take_back(apps, schema_editor):
    """村还是更正以后的（图斑现在的），面积是 0。"""
    records = apps.get_model("plots", "RectificationRecord").objects
    now = {}
    for record in records.filter(kind="AMEND").select_related("patch").order_by("-pk").iterator():
        village = now.get(record.patch_id, record.patch.village_id)
        now[record.patch_id] = record.village_id
        records.filter(pk=record.pk).update(village=village, area_mu=0)


def follow_themselves(apps, schema_editor):
    records = apps.get_model("plots", "RectificationRecord").objects
    added = records.filter(details__has_key="added_with_plan", kind="REPORT")
    added.exclude(copy_of=F("pk")).update(copy_of=F("pk"))


class Migration(migrations.Migration):
    dependencies = [("plots", "0017_issue_dates_and_relapses")]

    operations = [
        migrations.RunPython(write_before, take_back),
        migrations.RunPython(follow_themselves, migrations.RunPython.noop),
    ]
