from django.urls import path

from villages.accounts import views

app_name = "villages"
urlpatterns = [
    path("", views.account, name="account"),
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("sessions/end/", views.end_session, name="end_session"),
    path("password/", views.password_change, name="password_change"),
]
