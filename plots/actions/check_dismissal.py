"""认定一处检查没有问题：写明理由，记下是谁；一对图斑的两边一起认定。数变了会重新提醒。"""

from django.db import transaction
from django.db.models import QuerySet

from plots.actions.permissions import NotAllowed
from plots.models.checks import GeometryCheck
from taiping.ground import dates
from taiping.ground.permissions import refusal
from villages.accounts.audit_actor import note_change
from villages.models import User

LONGEST = GeometryCheck._meta.get_field("dismissed_reason").max_length


@transaction.atomic
def dismiss(check: GeometryCheck, *, by: User, reason: str) -> None:
    """认定没有问题；不是镇里的人、没有写理由抛 NotAllowed。"""
    reason = " ".join(reason.split())
    if refused := refusal("plots.dismiss_check", by):
        raise NotAllowed(refused)
    if not reason:
        raise NotAllowed("请写明为什么没有问题，如“实地核对过，面积以下发为准”。")
    if len(reason) > LONGEST:
        raise NotAllowed(f"理由有 {len(reason)} 个字，最多 {LONGEST} 个字，请改短。")
    both_sides(check).filter(dismissed_at__isnull=True).update(
        dismissed_by=by, dismissed_at=dates.now(), dismissed_reason=reason
    )
    note_change(
        check.patch, f"图形检查“{check.get_kind_display()}”", "要看", f"认定没有问题：{reason}"
    )


@transaction.atomic
def reopen(check: GeometryCheck, *, by: User) -> None:
    """收回认定，重新提醒。"""
    if refused := refusal("plots.dismiss_check", by):
        raise NotAllowed(refused)
    note_change(
        check.patch,
        f"图形检查“{check.get_kind_display()}”",
        f"认定没有问题：{check.dismissed_reason}",
        "收回认定",
    )
    both_sides(check).update(dismissed_by=None, dismissed_at=None, dismissed_reason="")


def both_sides(check: GeometryCheck) -> QuerySet:
    """这一处，和一对图斑里另一块上的同一处。"""
    pks = [check.pk]
    if check.other_id:
        mirror = GeometryCheck.objects.filter(
            patch=check.other_id, other=check.patch_id, kind=check.kind
        )
        pks += mirror.values_list("pk", flat=True)
    return GeometryCheck.objects.filter(pk__in=pks)
