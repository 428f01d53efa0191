"""登录超时前填的字：重新登录以后放回原来的表单。照片和文件留不住，要重新选。"""

from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict

from villages.accounts.sessions import expired_owner

DRAFT = "draft"
MAX_CHARS = 20_000
NEVER = ("csrfmiddlewaretoken",)


def keep(request: HttpRequest) -> None:
    """没登录的人交来一张表：是刚超时的那个人交的，就把字留下。别人的登录、密码一概不留。"""
    owner = expired_owner(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name not in NEVER and "password" not in name.lower()
    }
    size = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    if owner is None or not fields or size > MAX_CHARS:
        return
    request.session[DRAFT] = {
        "user": owner,
        "path": request.path,
        "fields": fields,
        "had_files": bool(request.FILES),
    }


def is_waiting(request: HttpRequest) -> bool:
    return DRAFT in request.session


def waiting(request: HttpRequest, path: str) -> QueryDict:
    """登录超时前交到 path 的那张表，和 request.POST 一个样子；没有、或是别人交的，是空的。还留着。"""
    given = QueryDict(mutable=True)
    draft = request.session.get(DRAFT)
    if request.method != "GET" or not draft:
        return given
    if draft["path"] == path and draft["user"] == request.user.pk:
        for name, values in draft["fields"].items():
            given.setlist(name, values)
    return given


def take(request: HttpRequest, path: str) -> QueryDict:
    """同 waiting，取走，说一声。放过一次就不再留；换了人登录，前一个人的丢掉。"""
    given = waiting(request, path)
    draft = request.session.get(DRAFT)
    if request.method != "GET" or not draft or draft["path"] != path:
        return given
    del request.session[DRAFT]
    if given:
        more = "照片和文件没能留下，请重新选。" if draft["had_files"] else ""
        messages.info(
            request, f"登录超时前您填的内容已经放回来了，还没有提交，请核对后再交。{more}"
        )
    return given


def refill(request: HttpRequest, form: BaseForm) -> None:
    """重新登录后第一次打开原来的表单：把字放回去。"""
    given = QueryDict() if form.is_bound else take(request, request.path)
    for name, field in form.fields.items():
        values = given.getlist(form.add_prefix(name))
        if values:
            takes_many = getattr(field.widget, "allow_multiple_selected", False)
            form.initial[name] = values if takes_many else values[-1]
