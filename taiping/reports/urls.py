from django.urls import path

from taiping.reports import views

app_name = "reports"
urlpatterns = [
    path(
        "villages/<int:pk>/confirmation/", views.village_confirmation, name="village_confirmation"
    ),
    path("confirmations/", views.confirmations, name="confirmations"),
    path("bulletin/", views.bulletin, name="bulletin"),
    path("bulletin/download.docx", views.bulletin_docx, name="bulletin_docx"),
    path("weekly.xlsx", views.weekly, name="weekly"),
]
