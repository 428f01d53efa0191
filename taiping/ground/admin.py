"""后台的样子，各层共用：只看的、能改的、表里一起改几行的。"""

from typing import Any

from auditlog.context import disable_auditlog
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.db import connection, models, transaction
from django.forms import BaseInlineFormSet
from django.forms.models import _get_foreign_key
from django.http import HttpRequest

from taiping.ground.as_opened import Opened, differences, sealed, unsealed

AGAIN = "这次没有保存，您填的都还在；核对以后再保存一次，就以您填的为准。别人删去的行，要重新打开这一页。"
FOREIGN = "这张表单不是从这一页打开的，没有保存。请核对下面填的，再保存一次。"


class ReadOnlyAdmin(admin.ModelAdmin):
    """只看：不能添加、修改、删除。"""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CarefulAdmin(admin.ModelAdmin):
    """能改的都用它：打开表单以后别人改过的不收，说清改了什么，填的字还在。

    表单里藏着打开时的值（签了名）；交上来时先锁住这一条和下面的行，再和库里现在的比。没有藏着的（不是从页面来的）不比。
    """

    secret_fields: tuple[str, ...] = ()  # 只说改过，不说原来的、现在的值，也不藏在表单里

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        with transaction.atomic():
            if request.method == "POST" and object_id:
                self._lock(object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def _lock(self, object_id):
        """这一条和下面各行锁到存完；编号看不懂的，后面自会说没有这一条。"""
        try:
            pk = self.opts.pk.to_python(object_id)
        except ValidationError:
            return
        self.model._base_manager.select_for_update().filter(pk=pk).first()
        for inline in self.inlines:
            parent = _get_foreign_key(self.model, inline.model, fk_name=inline.fk_name)
            rows = inline.model._base_manager.select_for_update().filter(**{parent.name: pk})
            list(rows.order_by("pk").values_list("pk"))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        request.asked_fields = list(form.base_fields)

        class CarefulForm(form):
            def clean(self):
                data = super().clean()
                if refusal := refusal_of(request):
                    raise ValidationError(refusal)
                return data

        return CarefulForm

    def _create_formsets(self, request, obj, change):
        """表单和各行刚从库里取来、还没有填上交来的值：这就是现在的样子。"""
        formsets, inlines = super()._create_formsets(request, obj, change)
        if change:
            secret = self.secret_fields
            request.as_now = Opened.of(obj, request.asked_fields, formsets, secret)
        return formsets, inlines

    def render_change_form(self, request, context, *args, **kwargs):
        if now := getattr(request, "as_now", None):
            context["opened"] = sealed(now)
        return super().render_change_form(request, context, *args, **kwargs)


def refusal_of(request: HttpRequest) -> list[str]:
    """打开以后别人改了什么，一样一句；没有是空列表。"""
    seal, now = request.POST.get("opened"), getattr(request, "as_now", None)
    if not seal or now is None:
        return []
    try:
        changes = differences(unsealed(seal, now), now)
    except BadSignature:
        return [FOREIGN]
    return [f"您打开以后别人改过：{'；'.join(changes)}。", AGAIN] if changes else []


class ExchangingFormSet(BaseInlineFormSet):
    """几行一起改：先把要删的、要换位置的挪开，再一行行存，所以两行可以互换。"""

    def add_fields(self, form, index):
        """一行一格的表里没有标签，读屏的人听到的是这一列的名字；选着删的一格也是。"""
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)  # 外键的外面还套着一层
            widget.attrs["aria-label"] = field.label

    def clean(self):
        """带条件的“不重复”Django 不替表看，这里看；不带条件的它自己看。"""
        super().clean()
        for constraint in self._unique_constraints():
            if constraint.condition is not None:
                self._check_unique(constraint)

    def _check_unique(self, constraint):
        names = [self.model._meta.get_field(name).attname for name in constraint.fields]
        seen = set()
        for form in self.forms:
            key = tuple(getattr(form.instance, name) for name in names)
            if self._should_delete_form(form) or None in key or "" in key:
                continue
            if key in seen:
                form.add_error(None, "和前面一行重复，请改成不同的，或删去一行。")
            seen.add(key)

    def save_existing_objects(self, commit=True):
        self.before = self._make_room() if commit and self.initial_forms else {}
        return super().save_existing_objects(commit)

    def save_existing(self, form, obj, commit=True):
        """挪开过的行，修改记录照挪开以前的值写。"""
        old = self.before.get(obj.pk)
        if old is None:
            return super().save_existing(form, obj, commit)
        with disable_auditlog():
            saved = super().save_existing(form, obj, commit)
        changes = model_instance_diff(old, saved)
        LogEntry.objects.log_create(saved, action=LogEntry.Action.UPDATE, changes=changes)
        return saved

    def _make_room(self):
        """{主键: 挪开以前的样子}。挪到谁也不用的值上；外键到事务结束才查，这以前都换回来了。"""
        unique = self._unique_fields()
        moving = {
            form.instance.pk
            for form in self.initial_forms
            if form.instance.pk and (form in self.deleted_forms or unique & {*form.changed_data})
        }
        if len(moving) + len([form for form in self.extra_forms if form.has_changed()]) < 2:
            return {}
        before = {row.pk: row for row in self.model._base_manager.filter(pk__in=moving)}
        for place, row in enumerate(before.values()):
            away = {}
            for name in unique:
                field = self.model._meta.get_field(name)
                if getattr(row, field.attname) not in (None, ""):
                    away[field.attname] = _away(field, row.pk, place)
            self.model._base_manager.filter(pk=row.pk).update(**away)
        return before

    def _unique_fields(self):
        """管着几行不重复的各格；都属于同一条上级，那一格不算。"""
        names = set()
        for constraint in self._unique_constraints():
            names.update(constraint.fields)
        return names - {self.fk.name}

    def _unique_constraints(self):
        rules = self.model._meta.constraints
        return [rule for rule in rules if isinstance(rule, models.UniqueConstraint)]


def _away(field, pk, place):
    """谁也不用的值：外键用负的主键，文字前面加减号，数从这种字段最大的数往下数。"""
    if field.is_relation:
        return -pk
    if isinstance(field, models.IntegerField):
        _, largest = connection.ops.integer_field_range(field.get_internal_type())
        return largest - place
    return f"-{pk}"


class ExchangingInline(admin.TabularInline):
    formset = ExchangingFormSet
