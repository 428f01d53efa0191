from django.urls import path

from taiping.dashboard import views, views_api, views_today

app_name = "dashboard"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("home/", views_today.home, name="home"),
    path("today/", views_today.today, name="today"),
    path("villages/<int:pk>/", views.village_detail, name="village"),
    path("screen/", views.screen, name="screen"),
    path("api/progress", views_api.progress, name="api_progress"),
    path("help/", views.help_page, name="help"),
]
