"""奖补的几页：各村应奖补、已拨付、未拨付；拨付的清单；公示表。"""

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from taiping.ground.moments import one_moment
from taiping.ground.money import NO_YUAN
from taiping.ground.permissions import permission_required
from taiping.ground.web import download, whole_number
from taiping.progress.question import DashboardQuery
from taiping.subsidies.figures import account_of
from taiping.subsidies.notice import NoticeForm, notice_name, tables_of
from tasks.models import Subsidy, SubsidyPayment, SubsidyReceipt
from tasks.models.question import BASES
from tasks.pages.question import question_of
from villages.models import Village

PAGE_ROWS = 200


@require_safe
@permission_required("subsidies.view")
def overview(request):
    """任何一天、两种口径；村支部书记只有自己的村。"""
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    user = request.user
    with one_moment():
        account = account_of(question.plan, question.on, question.basis, user)
        receipts, counting = _receipts(question, user)
    return render(
        request,
        "subsidies/overview.html",
        {
            "question": question,
            "query": question.query(since="", villages=""),
            "bases": BASES.items(),
            "account": account,
            "receipts": receipts,
            "counting": counting,
            "may_enter": user.has_perm("subsidies.enter"),
            "may_publish": user.has_perm("subsidies.publish"),
        },
    )


def _receipts(question, user):
    """(全部到位资金，撤回的也列, 那天算数的主键)。"""
    found = SubsidyReceipt.objects.visible_to(user).filter(plan=question.plan)
    counting = found.known(question.on, question.basis).values_list("pk", flat=True)
    return list(found.select_related("by", "withdrawn_by")), set(counting)


@require_safe
@permission_required("subsidies.view")
def payments(request):
    """拨付的清单：一条标准、一个村的，或全部的；撤回的也列。"""
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    user = request.user
    subsidies = {each.code: each for each in Subsidy.objects.filter(plan=question.plan)}
    villages = {village.pk: village for village in Village.objects.visible_to(user)}
    subsidy = subsidies.get(request.GET.get("subsidy"))
    village = villages.get(whole_number(request.GET.get("village")))
    found = SubsidyPayment.objects.visible_to(user).filter(subsidy__plan=question.plan)
    found = found.filter(subsidy=subsidy) if subsidy else found
    found = found.filter(village=village) if village else found
    counting = dict(found.known(question.on, question.basis).values_list("pk", "amount"))
    rows = found.select_related("subsidy", "village", "by", "withdrawn_by")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return render(
        request,
        "subsidies/payments.html",
        {
            "question": question,
            "query": question.query(since="", villages=""),
            "subsidies": subsidies.values(),
            "villages": villages.values(),
            "subsidy": subsidy,
            "village": village,
            "page": page,
            "counting": counting,
            "paid": sum(counting.values(), NO_YUAN),
            "may_enter": user.has_perm("subsidies.enter"),
        },
    )


@require_safe
@permission_required("subsidies.publish")
def notice(request):
    """公示表：打印在 A4 上张贴；公示起止在这里填，不填的印出来手写。"""
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    form = NoticeForm(request.GET)
    form.is_valid()
    return render(
        request,
        "subsidies/notice.html",
        {
            "question": question,
            "query": question.query(since="", villages=""),
            "bases": BASES.items(),
            "town": settings.TOWN_NAME,
            "form": form,
            "tables": tables_of(_account(question, request.user)),
            "days": form.days_words,
        },
    )


@require_safe
@permission_required("subsidies.publish")
def notice_xlsx(request):
    """下载公示表。日期写得不对就回到公示表说明。"""
    from taiping.subsidies.notice_book import notice_workbook

    question, form = question_of(request, DashboardQuery), NoticeForm(request.GET)
    if question.plan is None or question.problems or not form.is_valid():
        return redirect(f"{redirect('subsidies:notice').url}?{request.GET.urlencode()}")
    tables = tables_of(_account(question, request.user))
    content = notice_workbook(question, tables, form.days_words)
    return download(content, notice_name(question.on))


def _account(question, user):
    with one_moment():
        return account_of(question.plan, question.on, question.basis, user)
