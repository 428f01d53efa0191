"""错误页：说清怎么办；系统自己的错给一个编号，日志里用同一个编号找得到经过。"""

import logging
import sys

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.http.request import split_domain_port
from django.middleware.csrf import REASON_BAD_ORIGIN, get_token
from django.shortcuts import render
from django.template import TemplateDoesNotExist, loader

from taiping.ground.faults import AWAY, fault_of, lost_at_commit
from taiping.ground.hosts import allowed_host, shown, trusted_origin
from taiping.ground.web import answer, wants_json
from taiping.operations.recovery import SAFE
from villages.accounts.landing import came_from

logger = logging.getLogger("taiping.operations.errors")
# 来源不是本站：Origin、Referer 两种说法的后半句一样
_, _, FOREIGN = REASON_BAD_ORIGIN.rpartition("%s")

UNREAD = "这一页现在打不开，已经存下的都没有动。请过一会儿刷新这一页。"
UNSAVED = (
    "这次填的内容没有存下。请不要关这一页，过一会儿按浏览器的“后退”再交一次；照片可能要重新选。"
)
UNSURE = "这次填的内容可能已经存下了一部分。请不要关这一页，过一会儿先去看看记下了没有，没有再按浏览器的“后退”交一次。"


def bad_request(request, exception=None):
    if isinstance(exception, DisallowedHost):
        return refused_host(request)
    if fault := fault_of(exception):  # 有的故障 Django 会当成请求不对
        return fault_page(request, fault, exception)
    return render(request, "400.html", {"reason": getattr(exception, "sentence", "")}, status=400)


def refused_host(request):
    """网址里的主机名不在 ALLOWED_HOSTS 里：告诉来的人用对的网址，告诉管理员改哪一行。"""
    domain, _ = split_domain_port(request._get_raw_host())
    host = shown(allowed_host, domain)
    return render(request, "400_host.html", {"host": host}, status=400)


def server_error(request):
    """不查数据库、不用母版：出错的可能正是它们。Django 在处理异常的地方调用它，所以看得到是哪个异常。"""
    exception = sys.exc_info()[1]
    if fault := fault_of(exception):
        return fault_page(request, fault, exception)
    number = getattr(request, "id", "")
    logger.error(
        "事故编号 %s：%s %s",
        number or "-",
        request.method,
        request.path,
        extra={"request": request},
    )
    return HttpResponse(_page("500.html", number=number), status=500)


def fault_page(request, fault, exception):
    """运行中的故障：503，说出了什么事、这次存下没有、管理员做什么。日志只写一行，不带一长串经过。"""
    number = getattr(request, "id", "")
    words = _what_was_saved(request, fault, exception)
    if getattr(request, "fault", None) is not fault:  # 往外走时，别的中间件可能又碰上同一个故障
        _log(request, fault, exception)
    request.fault = fault
    if wants_json(request):
        response = answer(503, error=f"{fault.happened}{words}")
    else:
        response = HttpResponse(
            _page("503.html", number=number, fault=fault, words=words), status=503
        )
    response.headers["Retry-After"] = str(fault.retry_after)
    response.headers["Cache-Control"] = "no-store"
    response.fault = fault
    response._has_been_logged = True  # 上面已经写了一行；不然 Django 再写一遍，带六十行经过
    return response


def _log(request, fault, exception):
    again = fault is AWAY and getattr(request, "may_retry", False)
    logger.log(
        logging.WARNING if again else logging.ERROR,
        "故障：%s（%s）%s %s%s",
        fault.name,
        _reason(exception),
        request.method,
        request.path,
        "，换一条连接再试一次" if again else "",
        extra={"request": request},
    )


def _what_was_saved(request, fault, exception):
    if request.method in SAFE:
        return UNREAD
    if getattr(request, "has_saved", False):
        return UNSURE
    return UNSURE if fault is AWAY and lost_at_commit(exception) else UNSAVED


def _reason(exception):
    """异常的第一行，给日志；它常常很长，带着语句。"""
    lines = str(exception).strip().splitlines() or [""]
    return f"{type(exception).__name__}: {lines[0][:200]}"


def _page(name, **values):
    try:
        return loader.get_template(name).render({"has_styles": _has_styles(), **values})
    except (TemplateDoesNotExist, OSError):
        return f"系统出了问题，编号 {values['number']}，请告诉管理员。"


def not_allowed(request, refused):
    """405 的页面；为什么、准许哪些方法，照 refused 的响应头。"""
    page = render(request, "405.html", {"back": came_from(request)}, status=405)
    for name, value in refused.headers.items():
        if name not in ("Content-Type", "Content-Length"):
            page.headers[name] = value
    page.cookies = refused.cookies
    return page


def _has_styles():
    try:
        staticfiles_storage.url("css/base.css")
    except ValueError:  # 静态文件还没收集
        return False
    return True


def csrf_failure(request, reason=""):
    logger.warning("表单没有通过来源检查：%s（%s）", request.path, reason)
    if wants_json(request):
        return answer(403, csrf=get_token(request))
    is_origin = reason.endswith(FOREIGN)
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    origin = shown(trusted_origin, sent_by) if is_origin else ""
    return render(request, "403_csrf.html", {"is_origin": is_origin, "origin": origin}, status=403)
