"""发放的密码只能用来改密码：改之前别的页面都打不开。"""

from django.shortcuts import redirect
from django.urls import reverse


class IssuedPasswordMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not (user.is_authenticated and user.must_change_password):
            return None
        open_to_all = not getattr(view, "login_required", True)
        if open_to_all or request.path in (reverse("villages:password_change"), reverse("villages:logout")):
            return None
        return redirect("villages:password_change")
