from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "taiping.progress"
    verbose_name = "进度"
