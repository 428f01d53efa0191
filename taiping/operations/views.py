"""不属于哪一层的页面。"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from taiping.operations.health import checks

UNAVAILABLE = 503


@never_cache
@login_not_required
def healthz(request):
    """给监控看的：都好第一行是 ok，有一样不好是 503 和原因；?format=json 给程序看。"""
    found = checks()
    good = all(is_good for _, is_good, _ in found)
    if request.GET.get("format") == "json":
        answer = {name: {"ok": is_good, "text": words} for name, is_good, words in found}
        return JsonResponse(
            {"ok": good, **answer},
            status=200 if good else UNAVAILABLE,
            json_dumps_params={"ensure_ascii": False},
        )
    marks = {True: "ok", False: "坏"}
    lines = [f"{marks[is_good]} {words}" for _, is_good, words in found]
    text = "\n".join(["ok" if good else "有问题", *lines, ""])
    return HttpResponse(
        text, status=200 if good else UNAVAILABLE, content_type="text/plain; charset=utf-8"
    )
