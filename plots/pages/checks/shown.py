"""页面上的检查：哪些、另一块图斑看不看得见、登录超时前写到一半的理由。"""

from django.urls import reverse

from plots.geometry.boundaries import unchecked
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


def told_of(patch, checks):
    """图形检查的一句话：查过的才说没有问题，没有查的说没有查；checks 是查出来的。"""
    if patch.until_on is not None:
        return "已经不在台账里算了，图形不再检查。"
    left = unchecked([patch.village])
    if checks:
        return left
    made = "面积、重叠" if left else "面积、重叠、村界"
    return f"{made}都检查过，没有看出问题。{left}"


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
