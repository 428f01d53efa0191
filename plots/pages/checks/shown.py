"""页面上的检查：哪些、另一块图斑看不看得见、登录超时前写到一半的理由。"""

from django.urls import reverse

from villages.accounts import drafts
from villages.models import Village


def checks_of(patch, request):
    """图斑页上的检查，没有认定的在前；另一块图斑看不见的，不说是哪一块。"""
    checks = sorted(
        patch.checks.select_related("other__village", "dismissed_by"),
        key=lambda check: check.is_dismissed,
    )
    hide_others(checks, request.user)
    refill(checks, request)
    return checks


def refill(checks, request):
    """登录超时前正写着的认定理由，放回那一处（typed）。"""
    for check in checks:
        check.typed = drafts.take(request, reverse("plots:check_dismiss", args=[check.pk])).get(
            "reason", ""
        )


def hide_others(checks, user):
    """给每一处加上 seen_other：看得见的另一块图斑，或 None。"""
    villages = {check.other.village_id for check in checks if check.other_id}
    visible = (
        set(Village.objects.visible_to(user).filter(pk__in=villages).values_list("pk", flat=True))
        if villages
        else ()
    )
    for check in checks:
        check.seen_other = (
            check.other if check.other_id and check.other.village_id in visible else None
        )
