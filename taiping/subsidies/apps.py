from django.apps import AppConfig


class SubsidiesConfig(AppConfig):
    name = "taiping.subsidies"
    verbose_name = "奖补"
