from django.urls import path

from taiping import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
]
