"""谁能进来报这块图斑：页面和脚本同一道门。"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from plots.actions import permissions
from plots.models import Patch
from taiping.ground.actors import actors
from villages.models import User


def find(request: HttpRequest, pk: int) -> Patch | None:
    """看得见的那一块，任务、方案、村都带好；没有是 None。"""
    found = Patch.objects.visible_to(request.user).filter(pk=pk)
    return found.select_related("target__plan", "village").order_by("pk").first()


def closed(user: User, patch: Patch) -> str:
    """时机不对（已报齐、已销号、暂缓……）给一句话；人不对就是不许进，抛 PermissionDenied。"""
    late = permissions.by_status("report", user, patch)
    wrong = permissions.by_role("report", user, patch)
    if wrong and not (late and user.is_secretary):
        raise PermissionDenied(wrong)
    return late


def refused(request: HttpRequest, patch: Patch | None) -> tuple[int, str] | None:
    """答给脚本的 (状态码, 一句话)：登录换了人、看不见这块图斑、轮不到他报；能进来是 None。"""
    sender = request.headers.get("X-User", "")
    if sender and sender != str(request.user.pk):
        return 401, "这部手机上现在登录的是别人，请用填表的账号登录后再交。"
    if patch is None:
        return 404, f"这块图斑不在了，或已经不归您负责，请联系{actors.town}里。"
    try:
        closed(request.user, patch)
    except PermissionDenied as wrong:
        return 403, str(wrong)
    return None
