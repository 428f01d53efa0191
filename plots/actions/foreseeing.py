"""事先看办不办得成：和真办的时候同一串条件、同一句话。日期、要填的字提交时才知道，这里不看；只看不写。"""

from collections.abc import Iterable

from plots.actions import permissions
from plots.actions.steps import lacking, not_returnable
from plots.actions.transaction import ActionContext, contexts_of
from plots.models import Patch
from villages.models import User


def foreseen(verb: str, context: ActionContext) -> str:
    """照图斑现在的样子，context.by 做不做得成 verb：做得成是空文字，做不成是一句话。村的范围先筛过了。"""
    by, patch = context.by, context.patch
    if sentence := permissions.by_role(verb, by, patch) or permissions.by_status(verb, by, patch):
        return sentence
    if verb == "report":
        return lacking(context, context.state.next_milestone)
    return not_returnable(context) if verb == "send_back" else ""


def refusals(verb: str, patches: Iterable[Patch], by: User) -> dict[int, str]:
    """{图斑主键: 为什么不能}，能的不在里面；不论几块，查询次数一样。"""
    sentences = {context.patch.pk: foreseen(verb, context) for context in contexts_of(patches, by)}
    return {pk: sentence for pk, sentence in sentences.items() if sentence}
