"""后台：奖补的标准能改，到位资金和拨付只看。"""

from django.contrib import admin

from taiping.ground.admin import CarefulAdmin, ReadOnlyAdmin
from taiping.ground.money import yuan
from tasks.admin import FewQueries
from tasks.models import Milestone, Subsidy, SubsidyPayment, SubsidyReceipt


@admin.register(Subsidy)
class SubsidyAdmin(FewQueries, CarefulAdmin):
    list_display = ["name", "plan", "earned_by", "rate_words", "basis", "clause", "is_demo"]
    list_filter = ["plan", "is_demo"]
    list_select_related = ["plan", "target", "milestone__target"]
    search_fields = ["name", "code", "basis"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "milestone":
            kwargs["queryset"] = Milestone.objects.select_related("target")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="做到哪一步")
    def earned_by(self, subsidy):
        return subsidy.earned_by

    @admin.display(description="标准")
    def rate_words(self, subsidy):
        return subsidy.rate_words


class MoneyAdmin(ReadOnlyAdmin):
    """只看：录入和撤回在“奖补”那一页，多付的要先问一遍。"""

    list_select_related = ["by"]

    @admin.display(description="金额（元）", ordering="amount")
    def amount_words(self, money):
        return yuan(money.amount)


@admin.register(SubsidyReceipt)
class SubsidyReceiptAdmin(MoneyAdmin):
    list_display = ["document", "plan", "on", "amount_words", "by", "withdrawn_at", "is_demo"]
    list_filter = ["plan", "is_demo"]
    list_select_related = ["plan", "by"]
    search_fields = ["document", "note"]


@admin.register(SubsidyPayment)
class SubsidyPaymentAdmin(MoneyAdmin):
    list_display = [
        *("village", "subsidy", "on", "amount_words", "voucher", "by", "withdrawn_at", "is_demo"),
    ]
    list_filter = ["subsidy__plan", "is_demo"]
    list_select_related = ["village", "subsidy", "by"]
    search_fields = ["voucher", "purpose", "village__name"]
