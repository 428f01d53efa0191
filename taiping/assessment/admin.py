"""后台：考核项；评分只看。"""

from django.contrib import admin, messages

from taiping.ground.admin import CarefulAdmin, ReadOnlyAdmin
from tasks.admin import FewQueries
from tasks.models import Score, ScoreItem
from tasks.models.assessment import Rule
from tasks.models.score_marks import marks_doubts


@admin.register(ScoreItem)
class ScoreItemAdmin(FewQueries, CarefulAdmin):
    list_display = ["name", "plan", "section", "words", "full", "assessor", "order", "is_demo"]
    list_filter = ["plan", "rule", "outside"]
    list_select_related = ["plan", "section", "target", "duty"]
    search_fields = ["name", "code", "assessor"]
    with_year = {**FewQueries.with_year, "section": "plan", "duty": "plan"}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "section":
            kwargs["queryset"] = ScoreItem.objects.filter(rule=Rule.SECTION)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        """满分对不上的说一声，不拦：一项项添的时候本来就对不上。"""
        super().save_model(request, obj, form, change)
        own = ScoreItem.objects.filter(plan=obj.plan_id, is_demo=obj.is_demo)
        for doubt in marks_doubts(own.select_related("section")):
            messages.warning(request, doubt)

    @admin.display(description="怎么评")
    def words(self, item):
        return item.words


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    """只看：评分和撤回在“考核”里，别人先评的要先看见。"""

    fields = [
        *("item", "village", "on", "points", "reason", "by", "created_at"),
        *("withdrawn_at", "withdrawn_by", "withdrawal_reason"),
    ]
    list_display = [
        *("item", "plan", "village", "on", "points", "reason"),
        *("by", "created_at", "withdrawn_at", "is_demo"),
    ]
    list_filter = ["item__plan", "is_demo", "village"]
    list_select_related = ["item__plan", "village", "by"]
    search_fields = ["item__name", "village__name", "reason"]

    @admin.display(description="方案", ordering="item__plan__starts_on")
    def plan(self, score):
        return score.item.plan.name
