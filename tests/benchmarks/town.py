"""造一个大镇：N 块图斑、V 个村、每块最多四条记录，分解到村，有退回、核减、暂缓和监测，用来量快慢；数是随机的，只求量对。"""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from plots.ledger.replay import replay
from plots.models import Kind, Patch, RectificationRecord, Status
from tasks.models import Allocation, Milestone
from tests.worlds.factories import make_milestone, make_plan, make_reading, make_target, make_user
from villages.models import Role, Village

STEPS = [
    ("verify", "比对核实", date(2024, 9, 20), Milestone.Actor.TOWN),
    ("replant", "复耕复种", date(2024, 9, 30), Milestone.Actor.VILLAGE),
    ("evidence", "举证上传", date(2024, 10, 31), Milestone.Actor.VILLAGE),
    ("check", "镇级核实", date(2024, 11, 15), Milestone.Actor.TOWN),
]


def make_town(patches, villages, targets=6):
    """返回方案。每块图斑按 90% 的可能走完一步再走下一步，五十分之一被核减或暂缓，二十分之一的上报被退回过一次；晚几天才录入。"""
    chance = random.Random(20240905)
    plan, by = make_plan(2024), make_user(role=Role.STAFF)
    Village.objects.bulk_create(Village(name=f"第{n}村", order=n % 30000) for n in range(villages))
    places = list(Village.objects.all())
    steps = {}
    for order in range(targets):
        target = make_target(
            plan, code=f"t{order}", name=f"任务{order}", quota=Decimal(patches), order=order
        )
        steps[target] = [
            make_milestone(target, order=n, code=code, name=name, due_on=due, actor=actor)
            for n, (code, name, due, actor) in enumerate(STEPS, 1)
        ]
    Allocation.objects.bulk_create(
        Allocation(target=target, village=place, quota=Decimal(patches // villages))
        for target in steps
        for place in places
    )
    floor = make_target(
        plan, code="retained", kind="FLOOR", measured_by="READINGS", quota=Decimal(32202), order=99
    )
    for month in range(1, 11):
        make_reading(floor, on=date(2024, month, 1), value=Decimal(32000 + month * 40))
    kinds = list(steps)
    rows = [
        Patch(
            target=(target := kinds[n % targets]),
            village=chance.choice(places),
            code=f"T{n:07d}",
            area_mu=Decimal(chance.randint(50, 900)) / 100,
            next_milestone=steps[target][0],
            status=Status.PENDING,
            created_at=noon(date(2024, 7, 15)),
        )
        for n in range(patches)
    ]
    Patch.objects.bulk_create(rows, batch_size=2000)
    records = []
    for patch in Patch.objects.select_related("target").iterator():
        records += story(patch, steps[patch.target], by, chance)
    RectificationRecord.objects.bulk_create(records, batch_size=2000)
    settle_town()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return plan


def settle_town():
    """按记录写好每块图斑的状态和下一步：一样的一起写，十万块也只有几十句。"""
    steps = defaultdict(list)
    for step in Milestone.objects.order_by("target_id", "order"):
        steps[step.target_id].append(step)
    records = defaultdict(list)
    for record in RectificationRecord.objects.order_by("pk"):
        records[record.patch_id].append(record)
    alike = defaultdict(list)
    for patch in Patch.objects.all():
        state = replay(patch, records[patch.pk], steps[patch.target_id])
        alike[state.status, state.next_milestone].append(patch.pk)
    for (status, step), ids in alike.items():
        for start in range(0, len(ids), 20_000):
            some = Patch.objects.filter(pk__in=ids[start : start + 20_000])
            some.update(status=status, next_milestone=step)


def story(patch, line, by, chance):
    """一块图斑的记录：走到哪一步算哪一步。"""
    day = date(2024, 8, 1) + timedelta(days=chance.randint(0, 40))
    common = {"patch": patch, "village_id": patch.village_id, "by": by, "area_mu": patch.area_mu}
    if chance.random() < 0.02:
        kind = chance.choice([Kind.EXEMPT, Kind.DEFER])
        entered = {"done_on": day, "created_at": noon(day)}
        return [RectificationRecord(**common, milestone=line[0], kind=kind, note="核查", **entered)]
    records = []
    for number, step in enumerate(line):
        if chance.random() > 0.9:
            break
        day += timedelta(days=chance.randint(3, 30))
        kind = Kind.PASS if number == 3 else Kind.REPORT
        entered = day + timedelta(days=chance.randint(0, 3))
        done = {
            "milestone": step,
            "kind": kind,
            "done_on": day,
            "created_at": noon(entered),
            "completes": True,
        }
        if number == 2 and chance.random() < 0.05:
            back = entered + timedelta(days=chance.randint(1, 10))
            withdrawn = {"withdrawn_on": back, "withdrawn_at": noon(back), "withdrawn_by": by}
            returned = {
                "kind": Kind.RETURN,
                "done_on": back,
                "created_at": noon(back),
                "note": "需补充近景",
            }
            records.append(RectificationRecord(**common, **done, **withdrawn))
            records.append(
                RectificationRecord(**{**common, "area_mu": 0}, milestone=step, **returned)
            )
            day = back + timedelta(days=chance.randint(1, 20))
            done |= {"done_on": day, "created_at": noon(day)}
        records.append(RectificationRecord(**common, **done))
    return records


def noon(day):
    return datetime.combine(day, time(12), timezone.get_current_timezone())
