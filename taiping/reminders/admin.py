"""后台：提醒送到没有，只看。"""

from django.contrib import admin

from taiping.ground.admin import ReadOnlyAdmin
from taiping.reminders.models import Sending


@admin.register(Sending)
class SendingAdmin(ReadOnlyAdmin):
    list_display = ["on", "user", "robot", "channel", "state", "count", "words", "at"]
    list_filter = ["state", "channel", "on"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__name", "words"]
