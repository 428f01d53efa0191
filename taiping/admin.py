"""后台：中文标题，应用按三层楼的顺序排，进出都走本站自己的登录页。"""

from functools import wraps

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from taiping.operations.errors import bad_request
from taiping.operations.middleware import Unfit
from villages.accounts.landing import only_post

LONGEST_SEARCH = 100
TOO_LONG = f"要查的字太长，最多 {LONGEST_SEARCH} 个。请回上一页，只填名字或其中几个字。"

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
        return sorted(
            apps,
            key=lambda app: (
                APP_ORDER.index(app["app_label"])
                if app["app_label"] in APP_ORDER
                else len(APP_ORDER)
            ),
        )

    def admin_view(self, view, cacheable=False):
        """每一页都先看要查的字：每个词在每一列里找，词太多数据库接不住。"""
        shown = super().admin_view(view, cacheable)

        @wraps(shown)
        def checked(request, *args, **kwargs):
            if any(len(request.GET.get(name, "")) > LONGEST_SEARCH for name in ("q", "term")):
                return bad_request(request, Unfit(TOO_LONG))
            return shown(request, *args, **kwargs)

        return checked

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
