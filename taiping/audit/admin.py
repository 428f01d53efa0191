"""后台：修改记录和访问记录，只看不改，能查能筛。"""

import auditlog.admin  # noqa: F401  先让它登记自己的那一页，下面再撤掉，换成中文的
from auditlog.models import LogEntry
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.html import format_html_join

from taiping.audit.models import WORDS, Access, Change
from taiping.ground.admin import ReadOnlyAdmin

SHOWN = 3  # 列表上说这么几样，别的点开看

admin.site.unregister(LogEntry)


class DayFilter(admin.DateFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "时间"


class KindFilter(admin.RelatedOnlyFieldListFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "哪一类"


class ActionFilter(admin.SimpleListFilter):
    title = "做了什么"
    parameter_name = "action"

    def lookups(self, request, model_admin):
        return [(str(number), word) for number, word in WORDS.items()]

    def queryset(self, request, queryset):
        known = self.value() in {str(number) for number in WORDS}
        return queryset.filter(action=self.value()) if known else queryset


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ["time", "who", "address", "did", "kind_of", "name", "fields_changed"]
    list_display_links = ["time"]
    list_filter = [("timestamp", DayFilter), ActionFilter, ("content_type", KindFilter)]
    list_select_related = ["actor", "content_type"]
    search_fields = ["object_repr", "actor__name", "actor__username", "remote_addr", "cid"]
    search_help_text = "按对象的名字、账号、地址或请求编号查"
    fields = ["time", "who", "address", "did", "kind_of", "name", "changes_told", "request_number"]
    ordering = ["-timestamp", "-id"]

    @admin.display(description="时间", ordering="timestamp")
    def time(self, change):
        return f"{timezone.localtime(change.timestamp):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="谁", ordering="actor__username")
    def who(self, change):
        name = f"{change.actor}（{change.actor.username}）" if change.actor else ""
        if change.additional_data:
            return f"{name} 命令行 {change.additional_data.get('命令', '')}".strip()
        return name or "命令行"

    @admin.display(description="地址", ordering="remote_addr")
    def address(self, change):
        return change.remote_addr or (change.additional_data or {}).get("系统用户", "")

    @admin.display(description="做了什么", ordering="action")
    def did(self, change):
        return WORDS.get(change.action, "")

    @admin.display(description="哪一类", ordering="content_type")
    def kind_of(self, change):
        model = change.content_type.model_class()
        return model._meta.verbose_name if model else change.content_type.model

    @admin.display(description="对象", ordering="object_repr")
    def name(self, change):
        return change.object_repr

    @admin.display(description="改了哪些")
    def fields_changed(self, change):
        told = [f"{name}：{old} → {new}" for name, old, new in _told(change)]
        more = f" 等 {len(told)} 项" if len(told) > SHOWN else ""
        return "；".join(told[:SHOWN]) + more

    @admin.display(description="改前 → 改后")
    def changes_told(self, change):
        rows = _told(change)
        return format_html_join("", "<p>{}：{} → {}</p>", rows) if rows else ""

    @admin.display(description="请求编号")
    def request_number(self, change):
        return change.cid


def _told(change):
    """[(哪一样, 改前, 改后)]；编号不说。"""
    shown, told = change.changes_display_dict, []
    for name in change.changes_dict:
        label = _label(change, name)
        values = shown.get(label, shown.get(name, ()))
        if label and len(values) > 1:
            told.append((label, _shown(values[0]), _shown(values[1])))
    return told


def _label(change, name):
    """字段的中文名；编号和反过来指着它的不说，是空的。"""
    model = change.content_type.model_class()
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        field = None
    if field is None:
        return name
    return str(field.verbose_name) if field.concrete and not field.primary_key else ""


def _shown(value):
    return {"None": "空", "": "空", "True": "是", "False": "否"}.get(str(value), str(value))


@admin.register(Access)
class AccessAdmin(ReadOnlyAdmin):
    list_display = ["at", "username", "name", "kind", "address", "what"]
    list_filter = ["at", "kind"]
    list_select_related = ["user"]
    search_fields = ["username", "user__name", "address", "what"]
    search_help_text = "按用户名、姓名、地址或文件名查"

    @admin.display(description="姓名", ordering="user__name")
    def name(self, access):
        return access.user.name if access.user else ""
