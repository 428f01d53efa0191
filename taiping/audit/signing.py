"""登录、退出、登录失败记进访问记录。密码从来不记。"""

from django.utils import timezone

from taiping.audit.models import Access
from taiping.operations.logs import masked_start


def address_of(request):
    """谁从哪里来：只认 REMOTE_ADDR，serve 已经把可信代理带来的地址放在这里。"""
    return (request.META.get("REMOTE_ADDR") or "")[:45] if request is not None else ""


def note(kind, request, user=None, *, username="", what="", once_in=None):
    """记一条；给了 once_in（timedelta），这么久以内同一个人的同一件事不再记。"""
    username = user.username if user else username
    given = {
        "kind": kind,
        "user": user,
        "username": fitting("username", username),
        "what": fitting("what", what),
    }
    if once_in and Access.objects.filter(**given, at__gt=timezone.now() - once_in).exists():
        return
    Access.objects.create(**given, address=address_of(request))


def fitting(name, text):
    """打好星号、放得进这一列的文字。"""
    longest = Access._meta.get_field(name).max_length
    return masked_start(text, longest)[:longest]  # 星号可能比原来的字多


def signed_in(sender, request, user, **kwargs):
    note(Access.Kind.SIGN_IN, request, user)


def signed_out(sender, request, user, **kwargs):
    if user is not None:
        note(Access.Kind.SIGN_OUT, request, user)


def failed(sender, credentials, request=None, **kwargs):
    username = str(credentials.get("username") or "").replace("\0", "")
    note(Access.Kind.FAILED, request, username=username)
