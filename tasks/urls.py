from django.urls import path

from tasks.pages import views
from tasks.pages.imports import urls as import_urls

app_name = "tasks"
urlpatterns = [
    path("", views.plan_detail, name="plan"),
    path("groups/", views.groups, name="groups"),
    path("shares/", views.allocations, name="allocations"),
    path("readings/", views.readings, name="readings"),
    *import_urls.urlpatterns,
]
