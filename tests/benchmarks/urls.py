"""网站的网址，多一个“光页”：登录好的人看一张只有框架的页面，别的页和它比。"""

from django.shortcuts import render
from django.urls import path

from taiping.urls import *  # noqa: F403
from taiping.urls import urlpatterns as site


def bare(request):
    return render(request, "base.html")


urlpatterns = [path("bare/", bare), *site]
