"""没有网络时手机上看的那一页，和把它存进手机的后台脚本、添加到桌面的说明。里面没有任何人的东西。"""

import hashlib

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from plots.pages.report.forms import (
    FINAL,
    FINAL_LABEL,
    PART,
    REF_HELP,
    WHOLE,
    ReportFields,
)

STYLES = ("tokens", "base", "layout", "forms", "parts", "tables", "gaps", "phone")
SCRIPTS = (
    "checks", "draft", "exif", "form", "ground", "keep", "outbox", "photo",
    "send", "sha256", "shell", "shots", "store", "words",
)  # fmt: skip
ICONS = ((192, "img/icon-192.png"), (512, "img/icon-512.png"))


class BlankForm(ReportFields):
    """一张空表：做到哪一步、还剩多少，由手机里留的任务填。"""

    buttons = ("上报",)
    must_pick_again = ""
    ref_is_for_later = False

    def __init__(self):
        super().__init__()
        self.fields["step"] = forms.ChoiceField(
            label=self.fields["step"].label, widget=forms.RadioSelect, choices=[("", "")]
        )
        self.fields["external_ref"].help_text = REF_HELP
        self.fields["amount"].choices = [(WHOLE, ""), (PART, ""), (FINAL, FINAL_LABEL)]


@login_not_required
@require_safe
def shell(request):
    """谁来都是同样的字节：登录没登录、叫什么，都不看。"""
    request.user = AnonymousUser()
    response = render(request, "plots/field/field.html", _blank())
    response.headers["Cache-Control"] = "no-cache"
    return response


def _blank():
    return {"form": BlankForm(), "lacking": [], "more_cameras": [], "csrf_input": ""}


@login_not_required
@require_safe
def service_worker(request):
    """存哪些文件，名字里有内容的散列值：换了一个，整套就换。"""
    files = [
        *(static(f"css/{name}.css") for name in STYLES),
        *(static(f"js/field/{name}.js") for name in SCRIPTS),
        static("img/mark.svg"),
    ]
    page = render_to_string(
        "plots/field/field.html", {**_blank(), "user": AnonymousUser()}, request
    )
    version = hashlib.sha256("\n".join([*files, page]).encode()).hexdigest()[:16]
    script = render_to_string("plots/field/sw.js", {"files": files, "version": version})
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def manifest(request):
    icons = [
        {"src": static(path), "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any"}
        for side, path in ICONS
    ]
    content = {
        "name": settings.SYSTEM_TITLE,
        "short_name": settings.SYSTEM_SHORT.removeprefix(settings.TOWN_NAME) or settings.TOWN_NAME,
        "lang": "zh-CN",
        "start_url": reverse("plots:my"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#2f6b3f",
        "icons": icons,
    }
    return JsonResponse(
        content,
        json_dumps_params={"ensure_ascii": False},
        content_type="application/manifest+json",
    )
