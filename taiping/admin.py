"""后台：中文标题，应用按三层楼的顺序排。"""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class TaipingAdminSite(AdminSite):
    site_header = "太平镇耕地保护任务管理系统 · 后台"
    site_title = "后台"
    index_title = "管理"
    site_url = "/"
    empty_value_display = "—"


class TaipingAdminConfig(AdminConfig):
    default_site = "taiping.admin.TaipingAdminSite"
