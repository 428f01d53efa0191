"""复制为另一批：写。"""

from django.db import IntegrityError, transaction
from django.db.models import Q

from tasks.models import Plan, Target
from tasks.models.structure import LARGEST_ORDER
from tasks.pages.copying.forms import CopyForm


def add_batch(form: CopyForm) -> Target | None:
    """照表单添一项任务，排在原来的后面；按了两次的是头一次添的那一项。没有添的是 None，为什么在表单上。

    先锁住方案再看表单：两个人同时按，后一个看得见前一个添的。
    """
    try:
        with transaction.atomic():
            Plan.objects.select_for_update().get(pk=form.original.plan_id)
            return _add(form) if form.is_valid() else None
    except IntegrityError:  # 后台添任务不锁方案
        form.add_error("code", "刚刚有人在这份方案里用了这个代码，请换一个。")
        return None


def _add(form):
    if form.twin:
        return form.twin
    moved = _room_after(form.original)
    last = moved[-1] if moved else form.copy.target
    if last.order > LARGEST_ORDER:
        form.add_error(None, "任务的顺序已经排到最大的数，后面放不下了。请先在后台把顺序改小。")
        return None
    for target in moved:
        target.save(update_fields=["order"])
    form.copy.save()
    return form.copy.target


def _room_after(original):
    """原来的后面空出一个位置，要往后让的任务；让到有空当就不再动后面的。"""
    is_later = Q(order__gt=original.order) | Q(order=original.order, pk__gt=original.pk)
    later = Target.objects.filter(is_later, plan=original.plan_id).order_by("order", "pk")
    moved, free = [], original.order + 2
    for target in later:
        if target.order >= free:
            break
        target.order = free
        moved.append(target)
        free += 1
    return moved
