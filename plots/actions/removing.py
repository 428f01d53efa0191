"""移出台账：不该在台账里的图斑，从某天起不再算；过去的日子照旧，为什么、谁移的都留着。"""

from plots.actions.transaction import ActionContext, action, required_text
from plots.geometry.checks import recheck
from plots.models import Kind, RectificationRecord


@action("remove")
def remove(context: ActionContext, *, note: str) -> RectificationRecord:
    """移出台账：从 on 这天起不再算，写明为什么。"""
    context.check_date()
    record = context.write(Kind.REMOVE, note=required_text(note, "为什么移出台账"))
    context.end()
    recheck([context.patch.pk])
    return record
