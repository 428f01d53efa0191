from django.contrib import admin
from django.urls import include, path

from taiping.operations import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("villages.accounts.urls")),
    path("plan/", include("tasks.urls")),
    path("", include("plots.urls")),
    path("admin/", admin.site.urls),
    path("", include("taiping.subsidies.urls")),
    path("", include("taiping.assessment.urls")),
    path("", include("taiping.reminders.urls")),
    path("", include("taiping.reports.urls")),
    path("", include("taiping.dashboard.urls")),
]

handler400 = "taiping.operations.errors.bad_request"
handler500 = "taiping.operations.errors.server_error"
