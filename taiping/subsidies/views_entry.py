"""录入到位资金、拨付，撤回录错的一笔。"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from taiping.ground.dates import today
from taiping.ground.money import yuan
from taiping.ground.permissions import permission_required, refusal
from taiping.ground.web import whole_number
from taiping.subsidies.actions import (
    Doubtful,
    PaidSince,
    Refused,
    last_payment,
    pay,
    receive,
    withdraw,
)
from taiping.subsidies.figures import row_of
from taiping.subsidies.forms import PaymentForm, ReceiptForm
from tasks.models import Subsidy, SubsidyPayment, SubsidyReceipt
from tasks.models.question import DONE
from tasks.pages.question import question_of
from tasks.pages.withdrawing import withdrawal
from villages.accounts import drafts

SAME_FORM = "这张表单刚才已经交过，没有再记一笔。"


@permission_required("subsidies.enter")
def receipt_add(request):
    """录一笔到位资金。"""
    question = question_of(request)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    form = ReceiptForm(request.POST or None, plan=question.plan)
    if request.method == "POST" and form.is_valid():
        try:
            entered = receive(question.plan, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            told = f"已录入到位资金 {yuan(entered.money.amount)} 元。"
            messages.success(request, SAME_FORM if entered.is_again else told)
            return redirect(f"{_overview(question.plan)}#receipts")
    drafts.refill(request, form)
    context = {"question": question, "form": form, "back": _overview(question.plan)}
    return render(request, "subsidies/receipt.html", context)


@permission_required("subsidies.enter")
def payment_add(request):
    """录一笔拨付。从表里点过来的，哪条标准、哪个村、还剩多少已经填好。"""
    question = question_of(request)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    given = {"plan": question.plan, "user": request.user}
    form = PaymentForm(request.POST or None, initial=_prefilled(request, question), **given)
    news = []
    if request.method == "POST" and form.is_valid():
        answer = _paid(request, form)
        if not isinstance(answer, list):
            return redirect(_overview(question.plan))
        news = answer
    drafts.refill(request, form)
    context = {
        "question": question,
        "form": form,
        "row": _asked_row(form),
        "news": news,
        "back": _overview(question.plan),
    }
    return render(request, "subsidies/payment.html", context)


def _prefilled(request, question):
    found = Subsidy.objects.filter(plan=question.plan, code=request.GET.get("subsidy", ""))
    starting = {"seen": last_payment() if request.method == "GET" else 0}
    if subsidy := found.first():
        starting["subsidy"] = subsidy.pk
    if village := whole_number(request.GET.get("village")):
        starting["village"] = village
    return starting


def _asked_row(form):
    """从表里点过来的：那条标准在那个村现在的数；没有写明哪条、哪个村的是 None。"""
    asked = form.initial.get("subsidy"), form.initial.get("village")
    subsidies = {each.pk: each for each in form.fields["subsidy"].instances}
    villages = {each.pk: each for each in form.fields["village"].instances}
    subsidy, village = subsidies.get(asked[0]), villages.get(asked[1])
    return row_of(subsidy, village, today(), DONE) if subsidy and village else None


def _paid(request, form):
    """付成了的说一声，给出 None；没有付成的给出别人先付了什么，别的话已经写在表里。"""
    data = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
    try:
        entered = pay(by=request.user, sure=form.answered, **data)
    except PaidSince as news:
        form.seeing(news.seen)
        return news.sentences
    except Doubtful as doubt:
        form.ask(doubt)
        return []
    except Refused as refused:
        form.add_error(None, str(refused))
        return []
    payment = entered.money
    told = f"已录入：给{payment.village.name}拨付 {yuan(payment.amount)} 元。"
    messages.success(request, SAME_FORM if entered.is_again else told)
    return None


@permission_required("subsidies.view")
def payment_withdraw(request, pk):
    """撤回录错的一笔拨付，写明为什么。别村的人看不到。"""
    found = SubsidyPayment.objects.visible_to(request.user)
    payment = get_object_or_404(found.select_related("subsidy__plan", "village", "by"), pk=pk)
    facts = [
        ("拨付", f"{payment.subsidy.name}，{payment.village.name}"),
        ("凭证号", payment.voucher),
        ("用途", payment.purpose),
    ]
    return _withdrawal(request, payment, payment.subsidy.plan, facts)


@permission_required("subsidies.view")
def receipt_withdraw(request, pk):
    """撤回录错的一笔到位资金。"""
    found = SubsidyReceipt.objects.visible_to(request.user).select_related("plan", "by")
    receipt = get_object_or_404(found, pk=pk)
    facts = [("到位资金", receipt.document), ("说明", receipt.note)]
    return _withdrawal(request, receipt, receipt.plan, facts)


def _withdrawal(request, money, plan, facts):
    done = withdrawal(
        request,
        money,
        refused=refusal("subsidies.withdraw", request.user, money),
        act=lambda reason: withdraw(money, by=request.user, reason=reason),
        example="“多写了一位”“付给别的村的”",
        back=_overview(plan),
    )
    if isinstance(done, HttpResponse):
        return done
    context = {"money": money, "facts": facts, "form": done, "back": _overview(plan)}
    return render(request, "subsidies/withdraw.html", context)


def _overview(plan):
    return f"{reverse('subsidies:overview')}?plan={plan.code}"
