from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "taiping.reminders"
    label = "reminders"
    verbose_name = "提醒"
