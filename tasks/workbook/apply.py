"""把比较的结果写进数据库：一个事务，要么全成，要么一点不动。"""

from datetime import timedelta
from operator import itemgetter

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from taiping.ground import dates
from tasks.models import (
    Allocation,
    Duty,
    Membership,
    Milestone,
    Plan,
    Reading,
    RemedyItem,
    RemedyRoute,
    Requirement,
    ScoreItem,
    Subsidy,
    Target,
    WorkingGroup,
)
from tasks.models.structure import LARGEST_ORDER
from tasks.workbook.columns import BY_KIND, DELETABLE, INSIDE
from tasks.workbook.document import PlanFileError
from villages.models import Cadre, Village

SIMPLE = (("milestone", Milestone), ("allocation", Allocation))


@transaction.atomic
def write_all(diff, stored, *, by=None, delete_missing=False):
    """写进新的和改的；delete_missing 时删去文件里没有的。返回 Plan。删不掉抛 PlanFileError，全部不动。"""
    missing = diff.deletable if delete_missing else []
    _delete([entry for entry in missing if entry.kind in INSIDE])
    plan = _write_plan(diff, stored)
    _free_codes_and_orders(diff)
    _save(diff, "village", Village)
    _save(diff, "cadre", Cadre)
    _save(diff, "group", WorkingGroup, plan=plan, skip=("parent",))
    groups = {group.name: group for group in WorkingGroup.objects.filter(plan=plan)}
    _save(diff, "requirement", Requirement, plan=plan)
    _set_parents(diff, "group", groups)
    cadres = {(cadre.name, cadre.post): cadre for cadre in Cadre.objects.all()}
    _save(
        diff,
        "member",
        Membership,
        find={"group": groups.get, "cadre": lambda key: cadres.get(tuple(key))},
    )
    _save(diff, "target", Target, plan=plan, find={"group": groups.get}, skip=("parent",))
    targets = {target.code: target for target in Target.objects.filter(plan=plan)}
    _set_parents(diff, "target", targets)
    _save(diff, "duty", Duty, plan=plan, find={"group": groups.get, "problem_target": targets.get})
    duties = {duty.code: duty for duty in Duty.objects.filter(plan=plan)}
    sources = {"target": targets.get, "duty": duties.get}
    _save(diff, "score_item", ScoreItem, plan=plan, find=sources, skip=("section",))
    _set_sections(diff, plan)
    villages = {village.name: village for village in Village.objects.all()}
    find = {"target": targets.get, "village": villages.get}
    for kind, model in SIMPLE:
        _save(diff, kind, model, find=find)
    _save_subsidies(diff, plan, find)
    _add_readings(diff, stored, find, by)
    _save(diff, "route", RemedyRoute)
    routes = {route.code: route for route in RemedyRoute.objects.all()}
    _save(diff, "item", RemedyItem, find={"route": routes.get})
    _delete([entry for entry in missing if entry.kind not in INSIDE])
    return plan


def _values(change, find, skip):
    """改动的字段 → 模型要的值：名字和代码换成那一条。"""
    return {
        name: find[name](value) if name in find and value is not None else value
        for name, value in change.values.items()
        if name not in skip
    }


def _save(diff, kind, model, *, find=(), skip=(), **fixed):
    find = find or {}
    new = [model(**fixed, **_values(change, find, skip)) for change in diff.of(kind, diff.new)]
    model.objects.bulk_create(new)
    by_fields = {}
    for change in diff.of(kind, diff.changed):
        values = _values(change, find, skip)
        for name, value in values.items():
            setattr(change.stored.object, name, value)
        if values:
            by_fields.setdefault(tuple(sorted(values)), []).append(change.stored.object)
    for names, objects in by_fields.items():
        model.objects.bulk_update(objects, names)


def _write_plan(diff, stored):
    changes = diff.of("plan", diff.new + diff.changed)
    if not changes:
        return stored.plan
    if stored.plan is None:
        return Plan.objects.create(**changes[0].values)
    for name, value in changes[0].values.items():
        setattr(stored.plan, name, value)
    stored.plan.save(update_fields=list(changes[0].values))
    return stored.plan


def _free_codes_and_orders(diff):
    """两行互换代码或顺序时，逐行改会撞上唯一的规矩，所以先腾出来。"""
    codes = [c.stored.object.pk for c in diff.of("village", diff.changed) if "code" in c.values]
    Village.objects.filter(pk__in=codes).update(code="")
    moved = [c.stored.object for c in diff.of("milestone", diff.changed) if "order" in c.values]
    if not moved:
        return
    taken = {c.entry.values.get("order") for c in diff.of("milestone", diff.new + diff.changed)}
    taken |= set(
        Milestone.objects.filter(target__in={m.target_id for m in moved}).values_list(
            "order", flat=True
        )
    )
    free = (number for number in range(LARGEST_ORDER, 0, -1) if number not in taken)
    for milestone, number in zip(moved, free, strict=False):
        milestone.order = number
    Milestone.objects.bulk_update(moved, ["order"])


def _set_parents(diff, kind, rows):
    """上级也在这个文件里，都写进去了再连；rows 是 工作组的名称（目标任务的代码）→ 那一条。"""
    moved = []
    for change in diff.of(kind, diff.new + diff.changed):
        if "parent" in change.values and (change.stored or change.values["parent"]):
            row = rows[change.entry.key[0]]
            row.parent = rows.get(change.values["parent"])
            moved.append(row)
    BY_KIND[kind].model.objects.bulk_update(moved, ["parent"])


def _set_sections(diff, plan):
    items, moved = {item.code: item for item in ScoreItem.objects.filter(plan=plan)}, []
    for change in diff.of("score_item", diff.new + diff.changed):
        if "section" in change.values:
            item = items[change.entry.key[0]]
            item.section = items.get(change.values["section"])
            moved.append(item)
    ScoreItem.objects.bulk_update(moved, ["section"])


def _save_subsidies(diff, plan, find):
    """做到的那一步写的是代码，要和目标任务一起才认得是哪一步。"""
    steps = {}
    for step in Milestone.objects.filter(target__plan=plan).select_related("target"):
        steps[step.target.code, step.code] = step
    for change in diff.of("subsidy", diff.new + diff.changed):
        whole = {**(change.stored.values if change.stored else {}), **change.values}
        if code := whole.get("milestone"):
            change.values["milestone"] = steps[whole["target"], code]
    _save(diff, "subsidy", Subsidy, plan=plan, find=find)


def _add_readings(diff, stored, find, by):
    """录入时间照文件写的；没写，或已被另一条占用，就是现在。同一时刻的错开一微秒，先后不乱。"""
    now, taken = dates.now(), set()
    before = {_entered(entry.values) for entry in stored.of("reading")}
    readings = []
    for change in diff.of("reading", diff.new):
        values = dict(change.entry.values)
        moment = values.get("created_at")
        if not moment or _entered(values) in before or (*_entered(values), values["on"]) in taken:
            values["created_at"], now = now, now + timedelta(microseconds=1)
        taken.add((*_entered(values), values["on"]))
        values.update(
            target=find["target"](values["target"]), village=find["village"](values.get("village"))
        )
        readings.append(Reading(**values, by=by))
    Reading.objects.bulk_create(readings)


_entered = itemgetter("target", "village", "created_at")


def _delete(entries):
    """一条一条删，删不掉的说清是哪一条、谁在用。"""
    for kind, model in (("group", WorkingGroup), ("target", Target)):
        gone = [entry.object.pk for entry in entries if entry.kind == kind]
        model.objects.filter(pk__in=gone).update(parent=None)  # 一起删的之间不分上下级
    for entry in sorted(entries, key=lambda entry: DELETABLE.index(entry.kind)):
        word, name = BY_KIND[entry.kind].word, entry.label
        if entry.kind == "target" and Reading.objects.filter(target=entry.object).exists():
            raise PlanFileError(
                f"{word}“{name}”已经录入了监测数，监测只增不删，所以它也不能删。请把它补进文件。"
            )
        try:
            entry.object.delete()
        except (ProtectedError, RestrictedError) as error:
            users = {}
            for used_by in getattr(error, "protected_objects", None) or error.restricted_objects:
                users.setdefault(str(used_by._meta.verbose_name), set()).add(used_by.pk)
            uses = "、".join(f"{len(keys)} 条{user}" for user, keys in users.items())
            advice = (
                f"{word}“{name}”还有{uses}在用，不能删除。请把它补进文件，或先处理用到它的那些。"
            )
            raise PlanFileError(advice) from None
