"""后台：年度方案和它下面的一切。监测数和方案文件只看。"""

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from taiping.ground.admin import (
    CarefulAdmin,
    ExchangingFormSet,
    ExchangingInline,
    ReadOnlyAdmin,
)
from taiping.ground.area import spoken, spread
from taiping.ground.words import more_or_less
from tasks.models import (
    Allocation,
    Duty,
    DutyEntry,
    Membership,
    Milestone,
    Plan,
    PlanFile,
    Reading,
    RemedyItem,
    RemedyRoute,
    Requirement,
    Target,
    WorkingGroup,
)
from tasks.models.allocations import gap_of
from tasks.models.in_use import plan_user


class FewQueries:
    """下拉框的选项只查一次，行再多也不多查；不同年度的同名任务、工作组在前面写上年度。"""

    with_year = {"target": "plan", "group": "plan", "parent": "plan", "problem_target": "plan"}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in self.autocomplete_fields or field is None:
            return field
        if db_field.name in self.with_year:
            field.queryset = field.queryset.select_related("plan")
            field.label_from_instance = lambda row: f"{row.plan.name} · {row}"
        field.choices = list(field.choices)
        return field


class MilestoneFormSet(ExchangingFormSet):
    """几步一起改的，合在一起看先后、日期、名称；规矩在 tasks.models.structure。"""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.instance.is_one_of_many = True
        return form

    def clean(self):
        super().clean()
        if any(self.errors) or not self.instance.plan_id:
            return
        form_of = {
            id(form.instance): form
            for form in self.forms
            if (form.has_changed() or form.instance.pk) and not self._should_delete_form(form)
        }
        steps = [form.instance for form in form_of.values()]
        stored = list(self.instance.milestones.all()) if self.instance.pk else []
        for problem in self.instance.structure_problems(stored, steps):
            form_of[id(problem.step)].add_error(problem.field, problem.sentence)


# 表格里一行放得下：后台默认的输入框每个 20 个字宽
NARROW = {models.CharField: {"widget": forms.TextInput(attrs={"size": 10})}}


class MilestoneInline(FewQueries, ExchangingInline):
    model = Milestone
    formset = MilestoneFormSet
    extra = 0
    formfield_overrides = NARROW

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("target")


class AllocationInline(FewQueries, ExchangingInline):
    model = Allocation
    extra = 0
    formfield_overrides = NARROW

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("target", "village")


class MembershipInline(FewQueries, ExchangingInline):
    model = Membership
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("group", "cadre")


class StepsFollowed:
    """改了步骤的：同一个事务里请用到方案的那一层补记、重算，动到几个图斑说一声。"""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.follow(request, steps_changed(form, formsets, change))

    def delete_model(self, request, obj):
        targets = targets_of([obj])
        super().delete_model(request, obj)
        self.follow(request, targets)

    def delete_queryset(self, request, queryset):
        targets = targets_of(queryset)
        super().delete_queryset(request, queryset)
        self.follow(request, targets)

    def follow(self, request, targets):
        targets = Target.objects.filter(pk__in=targets)
        for effect in plan_user().follow(targets, by=request.user) if targets else ():
            messages.info(request, str(effect))


def targets_of(rows):
    return {row.target_id for row in rows if isinstance(row, Milestone)}


def steps_changed(form, formsets, change):
    """步骤添了、删了、换了先后、换了谁做的任务的主键。"""
    structural = {"target", "order", "actor"}
    targets = set()
    if isinstance(form.instance, Milestone) and (not change or structural & {*form.changed_data}):
        targets = {form.instance.target_id, form.initial.get("target")}
    for formset in formsets:
        if formset.model is not Milestone:
            continue
        moved = [row for row, names in formset.changed_objects if structural & {*names}]
        targets |= targets_of([*formset.new_objects, *formset.deleted_objects, *moved])
    return targets - {None}


@admin.register(Plan)
class PlanAdmin(CarefulAdmin):
    list_display = ["name", "title", "issuer", "starts_on", "ends_on", "warn_days", "target_count"]
    list_display_links = ["name", "title"]
    list_filter = ["year"]
    search_fields = ["year", "code", "title", "issuer"]
    actions = ["copy_to_next_year"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(target_count=Count("targets", filter=Q(targets__parent=None)))
        )

    @admin.display(description="方案", ordering="-starts_on")
    def name(self, plan):
        return plan.name

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
class WorkingGroupAdmin(FewQueries, CarefulAdmin):
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
class TargetAdmin(StepsFollowed, FewQueries, CarefulAdmin):
    inlines = [MilestoneInline, AllocationInline]
    list_display = [
        "name",
        "plan",
        "code",
        "kind",
        "measured_by",
        "quota_words",
        "split_words",
        "parent",
        "order",
    ]
    list_filter = ["plan", "kind", "measured_by"]
    list_select_related = ["plan", "parent"]
    search_fields = ["name", "code", "wording"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .annotate(
                split=Sum("allocations__quota"),
                split_count=Sum("allocations__quota_count"),
                split_most=Sum(Coalesce("allocations__quota_most", "allocations__quota")),
                split_count_most=Sum(
                    Coalesce("allocations__quota_count_most", "allocations__quota_count")
                ),
            )
        )

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        for sentence in obj.doubtful_sums():
            messages.warning(request, sentence)

    @admin.display(description="任务数", ordering="quota")
    def quota_words(self, target):
        return target.quota_text

    @admin.display(description="分解合计")
    def split_words(self, target):
        """分解到村的合计；和任务数对不上的写明差多少，没分解的写未分解。"""
        words = [
            split_against(target.split_count, target.split_count_most, target.quota_count, "个"),
            split_against(target.split, target.split_most, target.quota, target.unit),
        ]
        return "、".join(filter(None, words)) or "未分解"


def split_against(split, most, quota, unit):
    if split is None:
        return ""
    most = None if most == split else most
    words, gap = f"{spread(split, most)} {unit}", gap_of(split, most, quota)
    return f"{words}（{more_or_less(gap)}）" if gap else words


@admin.register(Milestone)
class MilestoneAdmin(StepsFollowed, FewQueries, CarefulAdmin):
    list_display = [
        "name",
        "target",
        "plan",
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

    @admin.display(description="方案", ordering="target__plan__starts_on")
    def plan(self, milestone):
        return milestone.target.plan.name


class LotFilter(admin.AllValuesFieldListFilter):
    """不分片的那一项也写上字。"""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or "不分片"}


@admin.register(Allocation)
class AllocationAdmin(FewQueries, CarefulAdmin):
    list_display = ["target", "plan", "village", "lot", "quota_words", "count_words"]
    list_filter = ["target__plan", ("lot", LotFilter), "village"]
    list_select_related = ["target__plan", "village"]
    search_fields = ["target__name", "target__code", "village__name"]
    autocomplete_fields = ["village"]

    @admin.display(description="方案", ordering="target__plan__starts_on")
    def plan(self, allocation):
        return allocation.target.plan.name

    @admin.display(description="任务个数", ordering="quota_count")
    def count_words(self, allocation):
        return spread(allocation.quota_count, allocation.quota_count_most)

    @admin.display(description="任务数", ordering="quota")
    def quota_words(self, allocation):
        if allocation.quota is None:
            return "未分解" if allocation.quota_count is None else None
        words = spread(allocation.quota, allocation.quota_most)
        return f"{words} {allocation.target.unit}"


@admin.register(Requirement)
class RequirementAdmin(CarefulAdmin):
    list_display = ["title", "clause", "plan", "menu", "order"]
    list_filter = ["plan"]
    search_fields = ["title", "wording"]


class RemedyItemInline(ExchangingInline):
    model = RemedyItem
    extra = 0
    formfield_overrides = NARROW


@admin.register(RemedyRoute)
class RemedyRouteAdmin(CarefulAdmin):
    """代码定了不改：图斑上存的就是它。"""

    inlines = [RemedyItemInline]
    list_display = ["name", "code", "order", "items_words", "in_use"]
    search_fields = ["name", "code"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("items")

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="要的材料")
    def items_words(self, route):
        names = [item.name for item in route.items.all() if item.in_use]
        return "、".join(names) or "还没有填"


@admin.register(Reading)
class ReadingAdmin(ReadOnlyAdmin):
    """只看：录入和撤回在“方案 → 监测数”，数差得多的要先问一遍。"""

    fields = [
        *("target", "village", "on", "value", "source", "by", "created_at"),
        *("withdrawn_at", "withdrawn_by", "withdrawal_reason"),
    ]
    list_display = [
        "target",
        "plan",
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

    @admin.display(description="方案", ordering="target__plan__starts_on")
    def plan(self, reading):
        return reading.target.plan.name

    @admin.display(description="数值", ordering="value")
    def value_words(self, reading):
        return f"{spoken(reading.value)} {reading.target.unit}"


@admin.register(Duty)
class DutyAdmin(FewQueries, CarefulAdmin):
    list_display = ["name", "plan", "who", "required_words", "problem_target", "clause", "order"]
    list_filter = ["plan", "who"]
    list_select_related = ["plan", "problem_target"]
    search_fields = ["name", "code", "wording"]

    @admin.display(description="每期应做", ordering="required")
    def required_words(self, duty):
        return duty.required_text


@admin.register(DutyEntry)
class DutyEntryAdmin(ReadOnlyAdmin):
    """只看：记和撤回在“常态工作”。"""

    fields = [
        *("duty", "village", "on", "count", "words", "problems", "by", "created_at"),
        *("withdrawn_at", "withdrawn_by", "withdrawal_reason"),
    ]
    list_display = ["duty", "plan", "on", "village", "count", "problems", "by", "withdrawn_at"]
    list_filter = ["duty__plan", "is_demo"]
    list_select_related = ["duty__plan", "village", "by"]
    search_fields = ["duty__name", "words", "village__name"]

    @admin.display(description="方案", ordering="duty__plan__starts_on")
    def plan(self, entry):
        return entry.duty.plan.name


@admin.register(PlanFile)
class PlanFileAdmin(ReadOnlyAdmin):
    fields = ["name", "by", "created_at", "applied_at"]
    list_display = ["name", "by", "created_at", "applied_at"]
    list_select_related = ["by"]
    search_fields = ["name", "by__name"]
