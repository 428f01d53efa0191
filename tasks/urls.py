from django.urls import path

from tasks import views

app_name = "tasks"
urlpatterns = [
    path("", views.plan, name="plan"),
    path("groups/", views.groups, name="groups"),
    path("shares/", views.shares, name="shares"),
    path("readings/", views.readings, name="readings"),
]
