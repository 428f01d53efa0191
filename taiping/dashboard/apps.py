from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "taiping.dashboard"
    verbose_name = "总览"
