"""后台的样子，各层共用。"""

from django.contrib import admin


class ReadOnlyAdmin(admin.ModelAdmin):
    """只看：不能添加、修改、删除。"""

    actions = None
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
