from django.urls import path

from taiping.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("villages/<int:pk>/", views.village_detail, name="village"),
    path("screen/", views.screen, name="screen"),
    path("help/", views.help_page, name="help"),
]
