"""后台：中文标题，应用按三层楼的顺序排，进出都走本站自己的登录页。"""

from functools import wraps

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from taiping.operations.errors import bad_request
from taiping.operations.middleware import Unfit
from villages.accounts.landing import only_post

LONGEST_SEARCH = 100
TOO_LONG = f"要查的字太长，最多 {LONGEST_SEARCH} 个。请回上一页，只填名字或其中几个字。"

# 常办的六件事：(叫什么, 一句话, 在哪里)
TASKS = (
    ("发账号", "新来的人、忘了密码的，在这里发", "admin:villages_user_changelist"),
    ("改包村", "谁负责哪几个村", "admin:villages_posting_changelist"),
    ("解锁", "输错密码锁住的，放开", "admin:villages_loginfailure_changelist"),
    ("导方案", "年度方案整份导入，先预览再写入", "tasks:plan_import"),
    ("村别名", "表里的村名认不出，给它添一个叫法", "admin:villages_village_changelist"),
    ("看审计", "谁在什么时候改了什么、看了什么", "admin:audit_change_changelist"),
)
APP_ORDER = ["villages", "tasks", "plots"]


class TaipingAdminSite(AdminSite):
    site_title = "后台"
    index_title = "管理"
    site_url = "/"
    empty_value_display = "—"

    @property
    def site_header(self):
        return f"{settings.SYSTEM_TITLE} · 后台"

    def index(self, request, extra_context=None):
        tasks = [(title, words, reverse(name)) for title, words, name in TASKS]
        return super().index(request, {"tasks": tasks, **(extra_context or {})})

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


def yes_or_no(value):
    """是、否写成字：红叉像是出了错，图标的英文读屏的人也听不懂。"""
    return {True: "是", False: "否"}.get(value, "—")


class TaipingAdminConfig(AdminConfig):
    default_site = "taiping.admin.TaipingAdminSite"

    def ready(self):
        super().ready()
        from django.contrib.admin.templatetags import admin_list  # 应用装好了才能 import

        admin_list._boolean_icon = yes_or_no
