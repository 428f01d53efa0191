"""一块图斑的一步最多一条没有撤回的完成记录。

以前方案插了步骤，同一步可能报成两条完成的：留下一条，其余的改成不算完成，记录都在。
留下的那条还在，这一步照样是完成的，所以图斑的状态和下一步不变，不用重算。
"""

from collections import defaultdict

from django.db import migrations, models
from django.db.models import Count


def keep_one(apps, schema_editor):
    """同一步同时有效过的完成记录只留一条：没有撤回的先留，再看谁先录的。先后撤回、重报的各是各的，不动。"""
    records = apps.get_model("plots", "RectificationRecord").objects
    repeated = (
        records.filter(completes=True)
        .order_by()
        .values("patch", "milestone")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
    )
    patches = {row["patch"] for row in repeated}
    steps = {(row["patch"], row["milestone"]) for row in repeated}
    by_step = defaultdict(list)
    found = records.filter(completes=True, patch__in=patches).order_by("pk")
    for record in found.iterator():
        by_step[record.patch_id, record.milestone_id].append(record)
    surplus = []
    for step in steps:
        surplus += _surplus(by_step[step])
    for start in range(0, len(surplus), 500):
        records.filter(pk__in=surplus[start : start + 500]).update(completes=False)


def _surplus(completing):
    kept, surplus = [], []
    for record in sorted(completing, key=lambda r: (r.withdrawn_at is not None, r.pk)):
        if any(_together(record, other) for other in kept):
            surplus.append(record.pk)
        else:
            kept.append(record)
    return surplus


def _together(one, other):
    """有一天（按完成日期）或一刻（按录入时间）两条都有效。"""
    return _overlap(
        (one.done_on, one.withdrawn_on), (other.done_on, other.withdrawn_on)
    ) or _overlap((one.created_at, one.withdrawn_at), (other.created_at, other.withdrawn_at))


def _overlap(one, other):
    """[起, 止) 两段有没有共同的一段；止为空是一直到现在。"""
    start = max(one[0], other[0])
    ends = [end for end in (one[1], other[1]) if end is not None]
    return not ends or start < min(ends)


class Migration(migrations.Migration):
    dependencies = [("plots", "0014_areas_in_millionths")]

    operations = [
        # 改成不算完成的就是多出来的，回头不用改回去
        migrations.RunPython(keep_one, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="rectificationrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(completes=True, withdrawn_at__isnull=True),
                fields=("patch", "milestone"),
                name="record_completes_a_step_once",
                violation_error_message="这一步已经有一条没有撤回的完成记录。",
            ),
        ),
    ]
