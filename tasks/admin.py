"""后台：年度方案和它下面的一切。监测数和方案文件只看。"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Sum
from django.forms import BaseInlineFormSet

from taiping.ground.admin import ReadOnlyAdmin
from taiping.ground.area import plain
from taiping.ground.words import more_or_less
from tasks.models import (
    Allocation,
    Membership,
    Milestone,
    Plan,
    PlanFile,
    Reading,
    Target,
    WorkingGroup,
)


def due_dates_go_back(steps):
    """时间节点里截止日期倒退的那些步 → 一句句话；没定时限的不参加比较。"""
    problems, before = [], None
    for step in sorted(steps, key=lambda step: step.order):
        if step.due_on is None:
            continue
        if before and step.due_on < before.due_on:
            problems.append(
                f"第 {step.order} 步“{step.name}”的截止日期 {step.due_on} 早于第 {before.order} 步"
                f"“{before.name}”的 {before.due_on}，请按先后顺序填。"
            )
        before = step
    return problems


class FewQueries:
    """下拉框的选项只查一次，行再多也不多查；不同年度的同名任务、工作组在前面写上年度。"""

    with_year = {"target": "plan", "group": "plan", "parent": "plan"}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in self.autocomplete_fields or field is None:
            return field
        if db_field.name in self.with_year:
            field.queryset = field.queryset.select_related("plan")
            field.label_from_instance = lambda row: f"{row.plan.year} · {row}"
        field.choices = list(field.choices)
        return field


class MilestoneFormSet(BaseInlineFormSet):
    def clean(self):
        super().clean()
        if any(self.errors):
            return
        steps = [
            form.instance
            for form in self.forms
            if (form.has_changed() or form.instance.pk) and not self._should_delete_form(form)
        ]
        if problems := due_dates_go_back(steps):
            raise ValidationError(problems)


class MilestoneForm(forms.ModelForm):
    """单独改一个时间节点时，也和同一任务的其他步比先后。"""

    def clean(self):
        data = super().clean()
        target, order, name = data.get("target"), data.get("order"), data.get("name")
        if target and order is not None and name:
            others = target.milestones.exclude(pk=self.instance.pk)
            this = Milestone(order=order, name=name, due_on=data.get("due_on"))
            if problems := due_dates_go_back([*others, this]):
                raise ValidationError({"due_on": problems})
        return data


# 表格里一行放得下：后台默认的输入框每个 20 个字宽
NARROW = {models.CharField: {"widget": forms.TextInput(attrs={"size": 10})}}


class MilestoneInline(FewQueries, admin.TabularInline):
    model = Milestone
    formset = MilestoneFormSet
    extra = 0
    formfield_overrides = NARROW

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("target")


class AllocationInline(FewQueries, admin.TabularInline):
    model = Allocation
    extra = 0
    formfield_overrides = NARROW

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("target", "village")


class MembershipInline(FewQueries, admin.TabularInline):
    model = Membership
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("group", "cadre")


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["year", "title", "issuer", "starts_on", "ends_on", "warn_days", "target_count"]
    list_display_links = ["year", "title"]
    list_filter = ["year"]
    search_fields = ["year", "title", "issuer"]
    actions = ["copy_to_next_year"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(target_count=Count("targets"))

    @admin.display(description="目标任务（项）", ordering="target_count")
    def target_count(self, plan):
        return plan.target_count

    @admin.action(description="复制为下一年方案", permissions=["add"])
    def copy_to_next_year(self, request, queryset):
        from tasks.next_year import copy_to_next_year

        for plan in queryset:
            try:
                copied = copy_to_next_year(plan)
            except ValueError as refusal:
                messages.error(request, f"{plan}：{refusal}")
            else:
                self.log_addition(request, copied, f"由{plan}复制。")
                messages.success(
                    request, f"已由{plan}复制出{copied}。任务数沿用上一年，请逐项核对。"
                )


@admin.register(WorkingGroup)
class WorkingGroupAdmin(FewQueries, admin.ModelAdmin):
    inlines = [MembershipInline]
    list_display = ["name", "plan", "parent", "office", "clause", "member_count", "order"]
    list_filter = ["plan"]
    list_select_related = ["plan", "parent"]
    search_fields = ["name", "duties", "memberships__cadre__name"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(member_count=Count("memberships"))

    @admin.display(description="成员（条）", ordering="member_count")
    def member_count(self, group):
        return group.member_count


@admin.register(Target)
class TargetAdmin(FewQueries, admin.ModelAdmin):
    inlines = [MilestoneInline, AllocationInline]
    list_display = [
        "name",
        "plan",
        "code",
        "kind",
        "measured_by",
        "quota_words",
        "split_words",
        "order",
    ]
    list_filter = ["plan", "kind", "measured_by"]
    list_select_related = ["plan"]
    search_fields = ["name", "code", "wording"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(split=Sum("allocations__quota"), split_count=Sum("allocations__quota_count"))
        )

    @admin.display(description="任务数", ordering="quota")
    def quota_words(self, target):
        return target.quota_text

    @admin.display(description="分解合计")
    def split_words(self, target):
        """分解到村的合计；和任务数对不上的写明差多少，没分解的写未分解。"""
        words = [
            split_against(target.split_count, target.quota_count, "个"),
            split_against(target.split, target.quota, target.unit),
        ]
        return "、".join(filter(None, words)) or "未分解"


def split_against(split, quota, unit):
    if split is None:
        return ""
    words = f"{plain(split)} {unit}"
    if quota is None or split == quota:
        return words
    return f"{words}（{more_or_less(split - quota)}）"


@admin.register(Milestone)
class MilestoneAdmin(FewQueries, admin.ModelAdmin):
    form = MilestoneForm
    list_display = [
        "name",
        "target",
        "year",
        "order",
        "starts_on",
        "due_on",
        "actor",
        "min_photos",
        "needs_external_ref",
    ]
    list_filter = ["target__plan", "actor"]
    list_select_related = ["target__plan"]
    search_fields = ["name", "code", "wording", "target__name"]

    @admin.display(description="年度", ordering="target__plan__year")
    def year(self, milestone):
        return milestone.target.plan.year


@admin.register(Allocation)
class AllocationAdmin(FewQueries, admin.ModelAdmin):
    list_display = ["target", "year", "village", "lot", "quota_words", "quota_count"]
    list_filter = ["target__plan", "lot", "village"]
    list_select_related = ["target__plan", "village"]
    search_fields = ["target__name", "target__code", "village__name"]
    autocomplete_fields = ["village"]

    @admin.display(description="年度", ordering="target__plan__year")
    def year(self, allocation):
        return allocation.target.plan.year

    @admin.display(description="任务数", ordering="quota")
    def quota_words(self, allocation):
        if allocation.quota is None:
            return "未分解" if allocation.quota_count is None else None
        return f"{plain(allocation.quota)} {allocation.target.unit}"


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    """只看：录入和撤回在“方案 → 保有量监测”，数差得多的要先问一遍。"""

    fields = [
        *("target", "village", "on", "value", "source", "by", "created_at"),
        *("withdrawn_at", "withdrawn_by", "withdrawal_reason"),
    ]
    list_display = [
        "target",
        "year",
        "on",
        "village",
        "value_words",
        "source",
        "by",
        "created_at",
        "withdrawn_at",
        "is_demo",
    ]
    list_filter = ["target__plan", "is_demo"]
    list_select_related = ["target__plan", "village", "by"]
    search_fields = ["target__name", "source", "village__name"]

    @admin.display(description="年度", ordering="target__plan__year")
    def year(self, reading):
        return reading.target.plan.year

    @admin.display(description="数值", ordering="value")
    def value_words(self, reading):
        return f"{plain(reading.value)} {reading.target.unit}"


@admin.register(PlanFile)
class PlanFileAdmin(ReadOnlyAdmin):
    fields = ["name", "by", "created_at", "applied_at"]
    list_display = ["name", "by", "created_at", "applied_at"]
    list_select_related = ["by"]
    search_fields = ["name", "by__name"]
