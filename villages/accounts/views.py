"""登录、退出、改密码、我的账号和我的登录。"""

from copy import copy
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from villages.accounts import drafts, sessions, staying
from villages.accounts.forms import LoginForm, OwnPasswordForm, ReminderForm
from villages.accounts.landing import HOME, only_post, opens
from villages.accounts.passwords import EXPIRED, expire_old_password
from villages.models import Village


def idle_minutes() -> int:
    return settings.SESSION_COOKIE_AGE // 60


class Login(LoginView):
    """Django 的登录页本身就标了“不用登录”，next 也只认本站地址；点不开的不去，首页换成各人自己的。"""

    template_name = "villages/accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_redirect_url(self):
        url = super().get_redirect_url()
        leads_on = opens(url) and url != HOME and unquote(urlsplit(url).path) != self.request.path
        return url if leads_on else ""

    def form_valid(self, form):
        response = super().form_valid(form)
        sessions.mark(self.request)
        if form.cleaned_data.get("stay") and not staying.begin(self.request):
            messages.info(
                self.request,
                f"“保持登录”只给村支部书记：您的登录 {idle_minutes()} 分钟没有动静会自己退出。",
            )
        if expire_old_password(form.get_user()):
            self.request.session[EXPIRED] = True
        return response

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        # 站名不写会被 Django 换成域名
        return context | {
            "site_name": settings.SYSTEM_TITLE,
            "timed_out": drafts.is_waiting(self.request),
            "elsewhere": self.request.session.pop(staying.ELSEWHERE, False),
        }


login = Login.as_view()
logout = only_post(LogoutView.as_view())


def account(request):
    form = ReminderForm(request.POST or None, instance=copy(request.user))
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=["email", "reminded_by_email"])
        messages.success(request, _reminded_words(form.instance))
        return redirect("villages:account")
    villages = Village.objects.visible_to(request.user)
    found = sessions.sessions_of(request.user, request.session.session_key)
    return render(
        request,
        "villages/accounts/account.html",
        {
            "form": form,
            "villages": villages,
            "sessions": found,
            "idle_minutes": idle_minutes(),
            "stay_days": staying.seconds_of(request.user) // staying.DAY_SECONDS,
        },
    )


def _reminded_words(user):
    if user.email and user.reminded_by_email:
        return f"记下了：每天的提醒发到 {user.email}，没有事的那天不发。"
    return "记下了：每天的提醒不发邮件，页头的铃铛里照样看得到。"


@only_post
def end_session(request):
    ended = sessions.end(request.user, request.session.session_key, request.POST.get("which", ""))
    if ended:
        messages.success(request, f"已经退出 {ended} 个登录，那里要重新输密码。")
    else:
        messages.info(request, "没有要退出的登录：它可能已经退出了。")
    return redirect("villages:account")


@sensitive_post_parameters()
def password_change(request):
    issued = request.user.must_change_password
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)  # 别处的登录失效，这里接着用
        sessions.end_others(request.user, request.session.session_key)
        request.session.pop(EXPIRED, None)
        messages.success(request, "密码已经改好，下次请用新密码登录。")
        return redirect(settings.LOGIN_REDIRECT_URL if issued else "villages:account")
    return render(
        request,
        "villages/accounts/password_change.html",
        {
            "form": form,
            "issued": issued,
            "expired": request.session.get(EXPIRED),
            "max_days": settings.PASSWORD_MAX_DAYS,
        },
    )
