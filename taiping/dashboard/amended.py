"""按录入日期看过去：后来才更正了村或面积的图斑，那天系统里记的还是更正以前的。"""

from decimal import Decimal

from plots.deadlines import end_of_day
from plots.models import Kind, Patch


def amended_later(plan, as_of, villages, scoped):
    """[(任务, 现在的村, 那时的村, 现在的亩, 那时的亩)]，村是主键；villages 是要看的村，不在里面的村是 None。一次查询。

    看全镇时那时的村名已经找不到的（后来改了名），算在现在的村。
    """
    ids, names = {village.pk for village in villages}, {village.name: village.pk for village in villages}
    rows = (
        Patch.objects.counting(as_of, "recorded")
        .filter(target__plan=plan, records__kind=Kind.AMEND, records__created_at__gte=end_of_day(as_of))
        .order_by("records__pk").values_list("pk", "target_id", "village_id", "area_mu", "records__details")
    )
    patches, before = {}, {}
    for pk, target, village, area, details in rows:
        patches[pk] = target, village if village in ids else None, area
        for change in details["changes"]:
            before.setdefault(pk, {}).setdefault(change["field"], change["old"])
    found = []
    for pk, (target, village, area) in patches.items():
        old = before[pk]
        then = names.get(old["village"], None if scoped else village) if "village" in old else village
        found.append((target, village, then, area, Decimal(old.get("area_mu", area))))
    return found
