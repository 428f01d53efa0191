from django.urls import path

from tasks.pages import views
from tasks.pages.copying import views as copying_views
from tasks.pages.imports import urls as import_urls
from tasks.pages.readings import views as reading_views

app_name = "tasks"
urlpatterns = [
    path("", views.plan_detail, name="plan"),
    path("targets/<int:pk>/copy/", copying_views.target_copy, name="target_copy"),
    path("groups/", views.groups, name="groups"),
    path("shares/", views.allocations, name="allocations"),
    path("readings/", reading_views.readings, name="readings"),
    path("readings/table/", reading_views.readings_table, name="readings_table"),
    path("readings/<int:pk>/withdraw/", reading_views.reading_withdraw, name="reading_withdraw"),
    *import_urls.urlpatterns,
]
