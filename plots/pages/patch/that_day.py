"""从过去某天的总览、台账点过来的：那天这块图斑是什么样。这一页别处说的是现在。"""

from dataclasses import dataclass
from datetime import date

from plots.ledger.as_of import LedgerAt
from plots.models import Patch
from plots.pages.patch_list.rows import Row, rows_on
from tasks.models.question import DONE
from tasks.pages.question import question_of


@dataclass
class ThatDay:
    on: date
    basis_text: str
    row: Row | None  # 那天还没有、或已经不再算的是 None


def that_day_query(question) -> str:
    """图斑页地址后面的一截：看的是过去的一天就带着那天；今天、按完成日期的是空。"""
    if question.is_today and question.basis == DONE:
        return ""
    basis = f"&basis={question.basis}" if question.basis != DONE else ""
    return f"?plan={question.plan.code}&on={question.on}{basis}"


def that_day(request, patch: Patch) -> ThatDay | None:
    """地址里没有问哪一天、问的就是今天的是 None。"""
    if not request.GET.get("on"):
        return None
    question = question_of(request)
    if question.problems or (question.is_today and question.basis == DONE):
        return None
    steps = patch.target.milestones.order_by("order")
    ledger = LedgerAt(question.on, question.basis, steps)
    row = None
    if Patch.objects.counting(question.on, question.basis).filter(pk=patch.pk).exists():
        row = rows_on(ledger, [patch])[0]
    return ThatDay(question.on, question.basis_text, row)
