"""页面交一张表：图斑页、上报、核实都走这里，成批办理一块一块走 plots.actions.transaction.submit。"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django import forms
from django.http import Http404, HttpRequest

from plots.actions import permissions
from plots.actions.messages import identifier
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import ActionContext, Changed, Submitted, submit
from plots.models import Patch, RectificationRecord
from taiping.ground.web import whole_number


@dataclass(frozen=True)
class Outcome:
    """交表的结果，四种里有一种：办成了、表里有错、别人先动过、现在不能办。context 是图斑现在的样子。"""

    context: ActionContext
    submitted: Submitted | None = None
    form: forms.Form | None = None
    changed: list[str] = field(default_factory=list)
    refused: str = ""

    def answered_form(self, make_form: Callable[[ActionContext], forms.Form]) -> forms.Form:
        """表里有错的那张；不能办的，照填的再造一张，写上为什么。"""
        if self.form:
            return self.form
        form = make_form(self.context)
        form.add_error(None, self.refused)
        return form


class _Invalid(Exception):
    """表里有错：连同锁住时看到的样子带出事务，什么也不存。"""

    def __init__(self, context, form):
        super().__init__()
        self.outcome = Outcome(context, form=form)


class _Refused(Exception):
    """轮不到这个人办，或图斑现在不能这样办。"""

    def __init__(self, context, sentence):
        super().__init__(sentence)
        self.outcome = Outcome(context, refused=sentence)


def submit_form(
    request: HttpRequest,
    patch: Patch,
    verb: str,
    make_form: Callable[[ActionContext], forms.Form],
    act: Callable[[ActionContext, forms.Form], RectificationRecord],
    *,
    minds_news: bool = True,
) -> Outcome:
    """锁住图斑，交过的、别人先动过的、不能办的都认出来；都不是才填表、验、办。

    make_form(context) 造带着填写内容的表单，act(context, 验过的表单) 办并返回记录。
    minds_news 为假：别人办了什么不碍事（督办）。
    """

    def carry_out(context):
        user, now = context.by, context.patch
        refused = permissions.by_role(verb, user, now) or permissions.by_status(verb, user, now)
        if refused:
            raise _Refused(context, refused)
        form = make_form(context)
        if not form.is_valid():
            raise _Invalid(context, form)
        try:
            return act(context, form)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
            raise _Invalid(context, form) from None

    key = identifier(request.POST.get("client_key"))
    seen = whole_number(request.POST.get("seen")) if minds_news else None
    try:
        submitted = submit(patch, carry_out, by=request.user, client_key=key, seen=seen)
    except Changed as change:
        return Outcome(change.context, changed=change.sentences)
    except (_Invalid, _Refused) as stopped:
        return stopped.outcome
    except Patch.DoesNotExist:
        raise Http404("这块图斑已经随那次导入撤回了，没有保存。") from None
    except NotAllowed as refusal:
        return Outcome(ActionContext(patch, request.user), refused=str(refusal))
    return Outcome(submitted.context, submitted)
