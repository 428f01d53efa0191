from django.urls import path

from taiping.assessment import views, views_entry

app_name = "assessment"
urlpatterns = [
    path("assessment/", views.sheet, name="sheet"),
    path("assessment/villages/<int:pk>/", views.village, name="village"),
    path(
        "assessment/villages/<int:village>/items/<int:item>/",
        views_entry.score_add,
        name="score_add",
    ),
    path("assessment/items/<int:item>/", views_entry.score_table, name="score_table"),
    path("assessment/scores/<int:pk>/withdraw/", views_entry.score_withdraw, name="score_withdraw"),
    path("assessment.xlsx", views.sheet_xlsx, name="sheet_xlsx"),
]
