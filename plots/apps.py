from django.apps import AppConfig


class PlotsConfig(AppConfig):
    name = "plots"
    verbose_name = "图斑与整改"

    def ready(self):
        from plots.actions import plan_changes
        from tasks.models.in_use import register

        register(plan_changes)  # 方案改步骤时来问、来请的是它
