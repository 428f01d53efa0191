from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "taiping.operations"
    verbose_name = "运行"

    def ready(self):
        from taiping.operations import checks  # noqa: F401  登记 check --deploy 的检查
