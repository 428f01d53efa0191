"""录入和撤回监测数：只增不改，撤回的也留着。"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from taiping.ground import dates
from taiping.ground.permissions import refusal
from tasks.models import Reading, Target
from tasks.pages.readings.doubts import Values
from villages.models import User


@transaction.atomic
def enter(target: Target, values: Values, *, on: date, source: str, by: User) -> list[Reading]:
    """一个数一条；和那天在用的一样的不重复录。返回新录的；不能录的村抛 PermissionDenied，一条也不录。"""
    Target.objects.select_for_update().get(pk=target.pk)
    in_use = {row.village_id: row for row in _of_the_day(target, on)}
    entered = []
    for village, value in values.items():
        reading = Reading(target=target, village=village, on=on, value=value, source=source, by=by)
        if sentence := refusal("tasks.add_reading", by, reading):
            raise PermissionDenied(sentence)
        old = in_use.get(reading.village_id)
        if old is None or (old.value, old.source) != (value, source):
            reading.clean()
            reading.save()
            entered.append(reading)
    return entered


def _of_the_day(target, on):
    """那天的，先录的在前：放进字典，留下的是最后一次。"""
    return target.readings.standing().filter(on=on).order_by("created_at", "pk")


@transaction.atomic
def withdraw(reading: Reading, *, by: User, reason: str) -> Reading:
    """撤回录错的一次；撤不了的抛 PermissionDenied，说明是给人看的一句话。"""
    reading = Reading.objects.select_for_update(of=("self",)).get(pk=reading.pk)
    if sentence := refusal("tasks.withdraw_reading", by, reading):
        raise PermissionDenied(sentence)
    reading.withdrawn_on, reading.withdrawn_at = reading.on, dates.now()
    reading.withdrawn_by, reading.withdrawal_reason = by, reason
    names = ["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdrawal_reason"]
    reading.save(update_fields=names)
    return reading
