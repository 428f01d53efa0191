from django.urls import path

from taiping.dashboard import views, views_reports

app_name = "dashboard"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("villages/<int:pk>/", views.village, name="village"),
    path(
        "villages/<int:pk>/confirmation/",
        views_reports.village_confirmation,
        name="village_confirmation",
    ),
    path("bulletin/", views_reports.bulletin, name="bulletin"),
    path("bulletin/download.docx", views_reports.bulletin_docx, name="bulletin_docx"),
    path("weekly.xlsx", views_reports.weekly, name="weekly"),
    path("screen/", views.screen, name="screen"),
    path("help/", views.help_page, name="help"),
]
