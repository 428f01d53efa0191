"""撤回刚办的一笔：办错了、后面还没有人办别的，从来没有办过一样；记录留着，划掉。"""

from plots.actions.messages import QUIET_KINDS
from plots.actions.permissions import NotAllowed
from plots.actions.rewriting import copy_record
from plots.actions.transaction import ActionContext, submit
from plots.ledger.replay import settle
from plots.models import Kind, Patch, RectificationRecord
from villages.models import User

TAKEN_BACK = "撤回退回后转记"
MAY_TAKE_BACK = (Kind.REPORT, Kind.PASS, Kind.RETURN)


def take_back(record: RectificationRecord, *, by: User) -> RectificationRecord:
    """撤回这一条，要是图斑上最后办的、自己办的；不能撤回抛 NotAllowed。返回划掉的那条。"""

    def carry_out(context):
        return _take_back(context, record.pk)

    return submit(Patch(pk=record.patch_id), carry_out, by=by).record


def _take_back(context: ActionContext, pk: int) -> RectificationRecord:
    (record,) = [each for each in context.records if each.pk == pk]
    if record.is_withdrawn:
        raise NotAllowed("已经撤回过了。")
    if record.by_id != context.by.pk:
        raise NotAllowed(f"是{record.by}办的，请本人撤回。")
    later = [each for each in context.records if each.pk > pk and each.kind not in QUIET_KINDS]
    if later:
        raise NotAllowed(f"后来{later[-1].by}又办了“{later[-1].get_kind_display()}”，撤回不了。")
    if record.kind not in MAY_TAKE_BACK or record.copy_of_id or context.patch.has_ended:
        raise NotAllowed("这一笔不能这样撤回。")
    context.on = record.done_on  # 从办的那天起撤回：哪天看都没有办过
    gone = [each for each in context.records if _went_with(each, record)]
    context.withdraw([record])
    if record.kind == Kind.RETURN:
        # 转记自自己：不算谁退回过一次，不进差错率
        RectificationRecord.objects.filter(pk=record.pk).update(copy_of=record)
        for each in gone:
            _restore(context, each)
    context.recount()
    settle(context.patch, context.state)
    return record


def _went_with(record, returned):
    """随这次退回一起撤回的。"""
    same = (record.withdrawn_at, record.withdrawn_by_id, record.withdrawn_on)
    return same == (returned.created_at, returned.by_id, returned.done_on)


def _restore(context, record):
    """退回时撤回的那条换成一样的转记，从它自己的完成日起算；原来的从完成日起就不算。"""
    record.withdrawn_on = record.done_on
    record.save(update_fields=["withdrawn_on"])
    copy_record(
        context,
        record,
        record,
        word=TAKEN_BACK,
        milestone=record.milestone,
        area_mu=record.area_mu,
        completes=record.completes,
    )
