from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "taiping.reports"
    verbose_name = "出表"
