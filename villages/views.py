"""登录、退出、改密码、我的账号。"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from villages.forms import LoginForm, OwnPasswordForm
from villages.models import Village

# Django 的登录页本身就标了“不用登录”，next 也只认本站地址；站名不写会被它换成域名
login = LoginView.as_view(
    template_name="villages/login.html", authentication_form=LoginForm, redirect_authenticated_user=True,
    extra_context={"site_name": settings.SITE_NAME},
)
logout = LogoutView.as_view()


def account(request):
    villages = Village.objects.visible_to(request.user)
    return render(request, "villages/account.html", {"villages": villages})


@sensitive_post_parameters()
def password_change(request):
    issued = request.user.must_change_password
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)  # 别处的登录失效，这里接着用
        messages.success(request, "密码已经改好，下次请用新密码登录。")
        return redirect("/" if issued else "villages:account")
    return render(request, "villages/password_change.html", {"form": form, "issued": issued})
