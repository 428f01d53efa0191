"""登录超时前填的字：重新登录以后放回原来的表单。照片和文件留不住，要重新选。"""

from django.conf import settings
from django.contrib import messages

from villages.sessions import expired_owner

DRAFT = "draft"
MAX_CHARS = 20_000
NEVER = ("csrfmiddlewaretoken",)


def keep(request):
    """没登录的人交来一张表：是刚超时的那个人交的，就把字留下。别人的登录、密码一概不留。"""
    owner = expired_owner(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    fields = {
        name: values for name, values in request.POST.lists()
        if name not in NEVER and "password" not in name.lower()
    }
    size = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    if owner is None or not fields or size > MAX_CHARS:
        return
    request.session[DRAFT] = {
        "user": owner, "path": request.path, "fields": fields, "had_files": bool(request.FILES),
    }


def is_waiting(request):
    return DRAFT in request.session


def refill(request, form):
    """重新登录后第一次打开原来的表单：把字放回去，说一声。放过一次就不再留。"""
    draft = request.session.get(DRAFT)
    if request.method != "GET" or not draft or form.is_bound or draft["path"] != request.path:
        return
    del request.session[DRAFT]
    if draft["user"] != request.user.pk:
        return
    for name, field in form.fields.items():
        values = draft["fields"].get(form.add_prefix(name))
        if values:
            form.initial[name] = values if getattr(field.widget, "allow_multiple_selected", False) else values[-1]
    more = "照片和文件没能留下，请重新选。" if draft["had_files"] else ""
    messages.info(request, f"登录超时前您填的内容已经放回来了，还没有提交，请核对后再交。{more}")
