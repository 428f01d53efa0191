"""登录以后落在哪一页：只去点开就有内容的地址。只收提交的地址点开是空的，回到交表的那一页。"""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

HOME = "/"
MAX_URL_CHARS = 2000  # 写进登录页的网址里还要再长几倍；条件太长的只回到那一页


def only_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """只收提交的视图都用它：别的方法是 405，登录以后也不落在这里。"""
    guarded = require_POST(view)
    guarded.opens_by_get = False
    return guarded


def opens(url: str) -> bool:
    """本站的这个网址点得开；没有这个地址、只收提交的是 False。"""
    try:
        view = resolve(unquote(urlsplit(url).path)).func
    except (Resolver404, ValueError):
        return False
    return getattr(view, "opens_by_get", True)


def came_from(request: HttpRequest) -> str:
    """浏览器说的上一页，带着参数；不是本站的、点不开的、就是眼前这个地址的，是首页。"""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    )
    if not ours or not opens(page):
        return HOME
    parts = urlsplit(page)
    if parts.path == request.path:
        return HOME
    return parts._replace(scheme="", netloc="", fragment="").geturl()


def after_login(request: HttpRequest) -> str:
    """没登录的人要来 request 这里：登录以后送他去哪里。"""
    here = request.get_full_path()
    page = here if opens(here) else came_from(request)
    return page if len(page) <= MAX_URL_CHARS else urlsplit(page).path
