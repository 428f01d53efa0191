"""后台：中文标题，应用按三层楼的顺序排，进出都走本站自己的登录页。"""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from villages.landing import only_post

APP_ORDER = ["villages", "tasks", "plots"]


class TaipingAdminSite(AdminSite):
    site_header = f"{settings.SITE_NAME} · 后台"
    site_title = "后台"
    index_title = "管理"
    site_url = "/"
    empty_value_display = "—"

    def get_app_list(self, request, app_label=None):
        """应用按楼层排，同一应用里按登记的先后排：先人后村，先方案后任务。"""
        registered = {model: place for place, model in enumerate(self._registry)}
        apps = self._build_app_dict(request, app_label).values()
        for app in apps:
            app["models"].sort(key=lambda entry: registered[entry["model"]])
        return sorted(apps, key=lambda app: (
            APP_ORDER.index(app["app_label"]) if app["app_label"] in APP_ORDER else len(APP_ORDER)
        ))

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """后台没有另外的登录页：没登录的已经被中间件送去登录，到这里的不是管理员就进不来。"""
        if self.has_permission(request):
            return redirect("admin:index")
        raise PermissionDenied("只有管理员可以进后台。")

    @method_decorator(only_post)
    def logout(self, request, extra_context=None):
        return super().logout(request, extra_context)

    def password_change(self, request, extra_context=None):
        return redirect("villages:password_change")


class TaipingAdminConfig(AdminConfig):
    default_site = "taiping.admin.TaipingAdminSite"
