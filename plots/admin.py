"""后台：图斑、批次、整改记录、举证材料只看不改——改动走页面上的动作，才有记录。

退回理由可以增改停用，表头的写法可以增改删除。
"""

from django.contrib import admin

from plots.models import (
    Attachment,
    Batch,
    ColumnAlias,
    Evidence,
    OrderReply,
    Patch,
    Reason,
    RectificationRecord,
    RemedyDocument,
    RouteChange,
    SupervisionOrder,
)
from taiping.ground.admin import CarefulAdmin, ReadOnlyAdmin
from taiping.ground.area import figure


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ["name", "target", "kind", "stage_text", "by", "created_at", "is_demo"]
    list_filter = ["target", "kind", "is_demo"]
    list_select_related = ["target", "by"]
    search_fields = ["name"]
    fields = [
        "name",
        "target",
        "kind",
        "by",
        "created_at",
        "applied_at",
        "withdrawn_at",
        "withdrawn_by",
        "counts",
        "is_demo",
    ]  # 文件只经过检查权限的页面发出

    @admin.display(description="现在", ordering="applied_at")
    def stage_text(self, batch):
        return batch.stage


@admin.register(Patch)
class PatchAdmin(ReadOnlyAdmin):
    list_display = [
        "code",
        "target",
        "village",
        "area",
        "status_text",
        "next_step",
        "place",
        "is_demo",
    ]
    list_filter = ["target", "village", "status", "is_demo"]
    list_select_related = ["target", "village", "next_milestone"]
    search_fields = ["code", "place", "contractor"]

    @admin.display(description="面积（亩）", ordering="area_mu")
    def area(self, patch):
        return figure(patch.area_mu)

    @admin.display(description="状态", ordering="status")
    def status_text(self, patch):
        return patch.status_text

    @admin.display(description="下一步", ordering="next_milestone__order")
    def next_step(self, patch):
        return patch.next_milestone.name if patch.next_milestone else ""


@admin.register(RectificationRecord)
class RecordAdmin(ReadOnlyAdmin):
    list_display = [
        "patch",
        "kind",
        "step",
        "done_on",
        "area",
        "completes",
        "by",
        "created_at",
        "withdrawn_on",
    ]
    list_filter = ["kind", "milestone__target", "village", "is_demo"]
    list_select_related = ["patch", "milestone", "by"]
    search_fields = ["patch__code", "note", "external_ref"]
    date_hierarchy = "done_on"
    ordering = ["-created_at", "-pk"]

    @admin.display(description="面积（亩）", ordering="area_mu")
    def area(self, record):
        return figure(record.area_mu)

    @admin.display(description="时间节点", ordering="milestone__order")
    def step(self, record):
        return record.milestone.name


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ["name", "patch", "kind", "position", "position_m", "size", "by", "created_at"]
    list_filter = ["kind", "position", "is_demo"]
    list_select_related = ["patch", "by"]
    search_fields = ["name", "patch__code", "sha256"]
    # 文件只经过检查权限的页面发出，后台不给链接。
    exclude = ["file", "display", "thumb"]


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ["name", "patch", "village", "kind", "size", "by", "created_at"]
    list_filter = ["kind", "village", "is_demo"]
    list_select_related = ["patch", "village", "by"]
    search_fields = ["name", "patch__code", "sha256"]
    exclude = ["file", "display", "thumb"]


@admin.register(RemedyDocument)
class RemedyDocumentAdmin(ReadOnlyAdmin):
    list_display = ["item", "patch", "number", "on", "by", "created_at", "withdrawn_at"]
    list_filter = ["item__route", "is_demo"]
    list_select_related = ["patch", "item__route", "by"]
    search_fields = ["patch__code", "number"]
    # 文件只经过检查权限的页面发出，后台不给链接。
    exclude = ["files", "client_key"]


@admin.register(RouteChange)
class RouteChangeAdmin(ReadOnlyAdmin):
    list_display = ["patch", "was", "became", "by", "created_at"]
    list_select_related = ["patch", "was", "became", "by"]
    search_fields = ["patch__code"]


@admin.register(SupervisionOrder)
class SupervisionOrderAdmin(ReadOnlyAdmin):
    list_display = [
        "number",
        "plan",
        "village",
        "group",
        "issued_on",
        "answer_by",
        "by",
        "closed_on",
    ]
    list_filter = ["plan", "village", "is_demo"]
    list_select_related = ["plan", "village", "group", "by"]
    search_fields = ["words"]


@admin.register(OrderReply)
class OrderReplyAdmin(ReadOnlyAdmin):
    list_display = ["order", "on", "by", "words", "created_at"]
    list_filter = ["order__village", "is_demo"]
    list_select_related = ["order", "by"]
    search_fields = ["words"]


@admin.register(Reason)
class ReasonAdmin(CarefulAdmin):
    list_display = ["text", "order", "needs_note", "is_active"]
    search_fields = ["text"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ColumnAlias)
class ColumnAliasAdmin(CarefulAdmin):
    list_display = ["text", "field", "order"]
    list_filter = ["field"]
    search_fields = ["text"]
