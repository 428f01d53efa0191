from django.apps import AppConfig


class PlotsConfig(AppConfig):
    name = "plots"
    verbose_name = "图斑与整改"
