"""登录、退出、登录失败记进访问记录。密码从来不记。"""

from taiping.audit.models import Access
from taiping.logs import masked_start


def address_of(request):
    """谁从哪里来：只认 REMOTE_ADDR，serve 已经把可信代理带来的地址放在这里。"""
    return (request.META.get("REMOTE_ADDR") or "")[:45] if request is not None else ""


def note(kind, request, user=None, *, username="", what=""):
    username = user.username if user else username
    Access.objects.create(
        kind=kind, user=user, username=fitting("username", username), address=address_of(request),
        what=fitting("what", what),
    )


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
