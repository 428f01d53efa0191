from django.urls import path

from taiping.reminders import views

app_name = "reminders"
urlpatterns = [path("reminders/", views.today, name="today")]
