from django.contrib import admin
from django.urls import include, path

from taiping import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("villages.accounts.urls")),
    path("plan/", include("tasks.urls")),
    path("", include("plots.urls")),
    path("admin/", admin.site.urls),
    path("", include("taiping.dashboard.urls")),
]

handler400 = "taiping.errors.bad_request"
handler500 = "taiping.errors.server_error"
