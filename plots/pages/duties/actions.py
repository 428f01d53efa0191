"""记一次、各村一起记、撤回：只增不改，撤回的也留着。"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from plots import evidence
from plots.evidence import Checked
from plots.models import DutyEntryFile
from taiping.ground import dates
from taiping.ground.permissions import refusal
from tasks.models import Duty, DutyEntry
from villages.models import User


def enter(entry: DutyEntry, *, by: User, photos: Sequence[Checked] = ()) -> tuple[DutyEntry, bool]:
    """记一次，连同照片；client_key 交过的返回那一条。→ (记录, 是不是新记的)。不能记的抛 PermissionDenied。"""
    with evidence.saving():
        [(kept, is_new)] = enter_all(entry.duty, [entry], by=by)
        if is_new and photos:
            kept_files = evidence.attach_files(photos, by, village=kept.village)
            links = [DutyEntryFile(entry=kept, attachment=one) for one in kept_files]
            DutyEntryFile.objects.bulk_create(links)
    return kept, is_new


@transaction.atomic
def enter_all(
    duty: Duty, entries: Iterable[DutyEntry], *, by: User
) -> list[tuple[DutyEntry, bool]]:
    """几个村一起记，一个事务：有一条不能记就都不记。锁住这项工作，按了两次的排队，后一次认得出来。"""
    Duty.objects.select_for_update(of=("self",)).get(pk=duty.pk)
    entries = list(entries)
    keys = [entry.client_key for entry in entries if entry.client_key]
    known = {row.client_key: row for row in DutyEntry.objects.filter(client_key__in=keys, by=by)}
    kept = []
    for entry in entries:
        if first := known.get(entry.client_key):
            kept.append((first, False))
            continue
        entry.by = by
        if sentence := refusal("tasks.enter_duty", by, entry):
            raise PermissionDenied(sentence)
        entry.clean()
        entry.save(force_insert=True)
        kept.append((entry, True))
    return kept


def row_key(form_key: uuid.UUID, village: int) -> uuid.UUID:
    """一张表里一个村的一行：同一张表再交一次，各行还是原来的编号。"""
    return uuid.uuid5(form_key, str(village))


@transaction.atomic
def withdraw(entry: DutyEntry, *, by: User, reason: str) -> DutyEntry:
    """撤回录错的一次；撤不了的（别人先撤了）抛 PermissionDenied，说明是给人看的一句话。"""
    entry = DutyEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if sentence := refusal("tasks.withdraw_duty_entry", by, entry):
        raise PermissionDenied(sentence)
    entry.withdrawn_on, entry.withdrawn_at = entry.on, dates.now()
    entry.withdrawn_by, entry.withdrawal_reason = by, reason
    names = ["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"]
    entry.save(update_fields=names)
    return entry


def problem(duty: Duty, on: date, today: date) -> str:
    """这一天能不能记：还没有到的、不在方案里的不能，是一句话；能是空的。"""
    if on > today:
        return "这一天还没有到，请填今天或以前的日期。"
    return duty.plan.outside(on)
