from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "taiping.dashboard"
    verbose_name = "总览"

    def ready(self):
        from taiping.dashboard import checks  # noqa: F401  登记 check --deploy 的检查
