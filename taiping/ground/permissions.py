"""权限：一个名字、一串谓词，每个谓词带一句不成立时说的话。

has_perm、403 页上的话、动作的拒绝都走这一串，所以能不能和为什么不能不会两样。
"""

from collections.abc import Callable, Iterable
from functools import reduce, wraps
from operator import and_
from typing import Any

import rules
from django.core.exceptions import PermissionDenied

Says = str | Callable[[Any, Any], str]  # 一句话，或收 (user, 对象)、给出一句话
NO_ROLE = "你的角色不能做这件事。需要的话，请联系管理员。"

_permissions: dict[str, tuple[rules.Predicate, ...]] = {}


def condition(says: Says = NO_ROLE) -> Callable[[Callable[..., bool]], rules.Predicate]:
    """把 (user, 对象) → 真假 的函数做成谓词；says 是不成立时说的话。"""

    def wrap(function: Callable[..., bool]) -> rules.Predicate:
        predicate = rules.predicate(function)
        predicate.says = says
        return predicate

    return wrap


def saying(says: Says, predicate: rules.Predicate) -> rules.Predicate:
    """同一个谓词，换一句话。"""
    return condition(says)(predicate.fn)


@condition()
def is_active(user: Any) -> bool:
    return user.is_authenticated and user.is_active


def add_permission(name: str, *predicates: rules.Predicate) -> None:
    """登记一项权限：停用的账号一概没有，其余的谓词都成立才有。"""
    _permissions[name] = (is_active, *predicates)
    rules.add_perm(name, reduce(and_, _permissions[name]))


def refusal(name: str, user: Any, thing: Any = None) -> str:
    """没有这项权限的那句话；有就是空文字。"""
    return first_refusal(_permissions[name], user, thing)


def first_refusal(predicates: Iterable[rules.Predicate], user: Any, thing: Any = None) -> str:
    """第一个不成立的谓词说的话；都成立是空文字。"""
    for predicate in predicates:
        if not predicate.test(user, thing):
            return str(predicate.says(user, thing) if callable(predicate.says) else predicate.says)
    return ""


def permission_required(name: str) -> Callable[[Callable], Callable]:
    """没有这项权限就是 403，页上写着那句话。"""

    def wrap(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if sentence := refusal(name, request.user):
                raise PermissionDenied(sentence)
            return view(request, *args, **kwargs)

        return checked

    return wrap
