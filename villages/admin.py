"""后台：账号、村、包村、干部、登录失败和锁定。账号只停用不删除，密码只发放不填写。"""

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin  # noqa: F401  先让它登记“组”，下面再撤掉
from django.contrib.auth.models import Group
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from taiping.ground.admin import CarefulAdmin, ExchangingInline
from villages.accounts import lockout, sessions
from villages.accounts.audit_actor import note_change
from villages.accounts.forms import AccountForm, VillageForm
from villages.accounts.passwords import issue_password
from villages.accounts.phones import masked
from villages.models import Cadre, LoginFailure, Posting, ReadingKey, User, Village

admin.site.unregister(Group)  # 权限跟着角色走，不用组


class PostingInline(ExchangingInline):
    model = Posting
    extra = 1
    autocomplete_fields = ["village"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "village")


@admin.register(User)
class AccountAdmin(CarefulAdmin):
    form = AccountForm
    secret_fields = ("phone",)
    inlines = [PostingInline]
    change_form_template = "admin/villages/user/change_form.html"
    list_display = [
        "username",
        "name",
        "role",
        "posted_to",
        "phone_masked",
        "is_active",
        "must_change_password",
        "last_login",
    ]
    list_filter = ["role", "is_active", "must_change_password", "is_demo"]
    search_fields = ["username", "name", "phone", "postings__village__name"]
    readonly_fields = ["must_change_password", "last_login", "date_joined"]
    actions = ["reissue", "end_logins"]

    def get_fields(self, request, obj=None):
        account = ["username", "name", "role", "phone"]
        return [*account, "is_active", *self.readonly_fields] if obj else account

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("postings__village")

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description="电话")
    def phone_masked(self, user):
        return masked(user.phone)

    @admin.display(description="包的村")
    def posted_to(self, user):
        return "、".join(posting.village.name for posting in user.postings.all())

    def save_model(self, request, obj, form, change):
        if change:
            obj.save(update_fields=form.changed_data)
            if (
                "is_active" in form.changed_data
            ):  # 启用时也清：正要停用时挤进来的登录，启用以后不能接着用
                sessions.end_all(obj)
                if obj == request.user:  # 停用的是自己，眼前这个登录也到此为止
                    request.session.flush()
            return
        obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        user = form.instance
        if user.is_secretary and user.is_active and not user.postings.exists():
            messages.warning(request, f"“{user}”是村支部书记，还没有包村，登录后看不到村。请加上。")

    def response_add(self, request, obj, post_url_continue=None):
        self._issue(request, [obj])
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        if "_reissue" in request.POST and obj != request.user:
            self._issue(request, [obj])
        if "_reveal" in request.POST and obj.phone:
            LogEntry.objects.log_create(obj, action=LogEntry.Action.ACCESS, force_log=True)
            messages.info(request, f"{obj.name}的电话是 {obj.phone}。看过一次，已记入修改记录。")
            return redirect(request.path)
        return super().response_change(request, obj)

    @admin.action(description="重新发放密码")
    def reissue(self, request, queryset):
        users = list(queryset.exclude(pk=request.user.pk))
        if len(users) < queryset.count():
            messages.warning(request, "您自己的密码没有重发：请在“我的账号”里自己改。")
        if users and "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": "重新发放密码",
                "users": users,
                "opts": self.opts,
                "action_name": "reissue",
            }
            return render(request, "admin/villages/user/reissue.html", context)
        if users:
            self._issue(request, users)
        return None

    @admin.action(description="结束选中账号的全部登录")
    def end_logins(self, request, queryset):
        users = list(queryset.exclude(pk=request.user.pk))
        if len(users) < queryset.count():
            messages.warning(request, "您自己的登录没有结束：请在“我的账号”里自己退出。")
        for user in users:
            ended = sessions.end_all(user)
            note_change(user, "登录", f"{ended} 个", "全部结束")
            self.log_change(request, user, "结束全部登录。")
            messages.success(
                request, f"{user.name}的 {ended} 个登录已经结束，再用要重新输密码。密码没有变。"
            )

    def _issue(self, request, users):
        """发新密码，只在下一页的提示里显示这一次。"""
        for user in users:
            self.log_change(request, user, "发放密码。")
        issued = [(user.name, user.username, issue_password(user)) for user in users]
        messages.success(
            request,
            format_html(
                "{}。密码只显示这一次，请记下来当面交给本人；他登录后须先改密码。",
                format_html_join(
                    "；", "{}：用户名 <strong>{}</strong>，密码 <strong>{}</strong>", issued
                ),
            ),
        )


@admin.register(Village)
class VillageAdmin(CarefulAdmin):
    form = VillageForm
    list_display = ["name", "code", "aliases", "people", "order"]
    search_fields = ["name", "aliases", "code"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("postings__user")

    @admin.display(description="包村的人")
    def people(self, village):
        return "、".join(str(posting.user) for posting in village.postings.all())


@admin.register(Posting)
class PostingAdmin(CarefulAdmin):
    list_display = ["village", "user", "role"]
    list_select_related = ["village", "user"]
    list_filter = ["village", "user__role"]
    search_fields = ["village__name", "user__name", "user__username"]
    autocomplete_fields = ["user", "village"]

    @admin.display(description="角色", ordering="user__role")
    def role(self, posting):
        return posting.user.get_role_display()


@admin.register(Cadre)
class CadreAdmin(CarefulAdmin):
    list_display = ["name", "post", "user", "order"]
    list_select_related = ["user"]
    search_fields = ["name", "post"]
    autocomplete_fields = ["user"]


@admin.register(LoginFailure)
class LoginFailureAdmin(admin.ModelAdmin):
    """输错密码的；锁住的可以在这里解开。只看，不改，也不显示输过什么。"""

    list_display = ["username", "address", "failures_since_start", "attempt_time", "state"]
    search_fields = ["username", "ip_address"]
    search_help_text = (
        "按用户名或地址查。解锁是把勾选的用户名（在所有地址）和勾选的地址（上面所有用户名）输错的次数都清掉，从头数。"
        "本人的用户名不在这里、却登不进的，是他那个地址锁住了：到“访问记录”看他的地址，按地址查，勾一行解锁。"
    )
    fields = readonly_fields = [
        "username",
        "address",
        "user_agent",
        "failures_since_start",
        "attempt_time",
    ]
    actions = ["unlock"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changelist_instance(self, request):
        page = super().get_changelist_instance(request)
        lockout.tell_locks(page.result_list)
        return page

    @admin.display(description="地址", ordering="ip_address")
    def address(self, failure):
        return "认不出" if failure.ip_address == lockout.NO_ADDRESS else failure.ip_address

    @admin.display(description="状态")
    def state(self, failure):
        if failure.locks:
            return f"锁住（{'、'.join(failure.locks)}）"
        over = failure.attempt_time + settings.AXES_COOLOFF_TIME < timezone.now()
        return "已过时限" if over else "没有锁"

    @admin.action(description="解锁：这些用户名和地址马上能再登录")
    def unlock(self, request, queryset):
        failures = list(queryset)
        names = sorted({failure.username or "（没填用户名）" for failure in failures})
        places = sorted({self.address(failure) for failure in failures})
        lockout.unlock(failures)
        messages.success(
            request, f"已经解锁：{'、'.join(names)}；地址 {'、'.join(places)}。现在可以再登录。"
        )


@admin.register(ReadingKey)
class ReadingKeyAdmin(CarefulAdmin):
    """发放、列出、停用；发出去的只在发放那一刻看得到，忘了就停用、另发一把。"""

    list_display = ["name", "start", "made_by", "made_at", "ended_at"]
    list_filter = ["ended_at"]
    list_select_related = ["made_by"]
    fields = ["name"]
    actions = ["end"]

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)  # 列表上停用，不改

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.made_by = request.user
        key = obj.issue()
        super().save_model(request, obj, form, change)
        messages.warning(
            request,
            f"“{obj.name}”的密钥是 {key} ，只显示这一次，请马上抄给用的人。忘了就停用、另发一把。",
        )

    @admin.action(description="停用选中的密钥", permissions=["change"])
    def end(self, request, queryset):
        for key in queryset.filter(ended_at=None):
            key.end()
        messages.success(request, "选中的密钥已经停用，再也用不了。")
