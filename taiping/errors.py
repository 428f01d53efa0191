"""错误页：说清怎么办；系统自己的错给一个编号，日志里用同一个编号找得到经过。"""

import logging

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.http.request import split_domain_port
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.shortcuts import render
from django.template import TemplateDoesNotExist, loader

from taiping.hosts import allowed_host, shown, trusted_origin
from villages.landing import came_from

logger = logging.getLogger("taiping.errors")
FOREIGN = REASON_BAD_ORIGIN.rpartition("%s")[2]  # 来源不是本站：Origin、Referer 两种说法的后半句一样


def bad_request(request, exception=None):
    if isinstance(exception, DisallowedHost):
        return refused_host(request)
    return render(request, "400.html", {"reason": getattr(exception, "told", "")}, status=400)


def refused_host(request):
    """网址里的主机名不在 ALLOWED_HOSTS 里：告诉来的人用对的网址，告诉管理员改哪一行。"""
    domain, _ = split_domain_port(request._get_raw_host())
    host = shown(allowed_host, domain)
    return render(request, "400_host.html", {"host": host}, status=400)


def server_error(request):
    """不查数据库、不用母版：出错的可能正是它们。"""
    number = getattr(request, "id", "")
    logger.error("事故编号 %s：%s %s", number or "-", request.method, request.path, extra={"request": request})
    try:
        page = loader.get_template("500.html").render({"number": number, "css": _css()})
    except TemplateDoesNotExist:
        page = f"系统出了问题，编号 {number}，请告诉管理员。"
    return HttpResponse(page, status=500)


def not_allowed(request, refused):
    """405 的页面；为什么、准许哪些方法，照 refused 的响应头。"""
    page = render(request, "405.html", {"back": came_from(request)}, status=405)
    for name, value in refused.headers.items():
        if name not in ("Content-Type", "Content-Length"):
            page.headers[name] = value
    page.cookies = refused.cookies
    return page


def _css():
    try:
        return staticfiles_storage.url("css/site.css")
    except ValueError:  # 静态文件还没收集
        return ""


def csrf_failure(request, reason=""):
    logger.warning("表单没有通过来源检查：%s（%s）", request.path, reason)
    is_origin = reason.endswith(FOREIGN)
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    origin = shown(trusted_origin, sent_by) if is_origin else ""
    return render(request, "403_csrf.html", {"is_origin": is_origin, "origin": origin}, status=403)
