"""登录上的几道关：没登录先去登录（填的字留着），人在用就不超时，保持登录的认手机，发放的密码只能用来改密码。"""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import reverse

from taiping.ground.web import answer, wants_json
from villages.accounts import drafts, landing, sessions, staying
from villages.accounts.passwords import EXPIRED, expire_old_password


class LoginMiddleware(LoginRequiredMiddleware):
    def process_request(self, request):
        staying.check(request)  # 赶在认网址以前：打不开的网址、不用登录的页面上也认不出他

    def process_response(self, request, response):
        staying.hand_over(request, response)
        return response

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated:
            sessions.keep_alive(request)
        return super().process_view(request, view, args, kwargs)

    def handle_no_permission(self, request, view):
        if wants_json(request):
            return answer(401, login=login_url(request))
        if request.method == "POST":
            drafts.keep(request)
        return redirect_to_login(landing.after_login(request))


def login_url(request):
    """登录页的地址，登录以后回到脚本所在的那一页。"""
    return redirect_to_login(landing.came_from(request)).url


class IssuedPasswordMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated:
            return None
        # 平常的在登录时看；保持登录的几十天不登录一次，每次用都看
        if staying.is_staying(request) and expire_old_password(user):
            request.session[EXPIRED] = True
        if not user.must_change_password:
            return None
        is_open = not getattr(view, "login_required", True)
        allowed = (reverse("villages:password_change"), reverse("villages:logout"))
        if is_open or request.path in allowed:
            return None
        if wants_json(request):
            return answer(401, login=reverse("villages:password_change"))
        return redirect("villages:password_change")
