from django.urls import path

from tasks.pages.imports import views

urlpatterns = [
    path("import/", views.plan_import, name="plan_import"),
    path("import/<int:pk>/", views.plan_import_preview, name="plan_import_preview"),
    path("import/<int:pk>/errors.xlsx", views.plan_import_marked, name="plan_import_marked"),
    path("blank.xlsx", views.plan_blank, name="plan_blank"),
    path("export.xlsx", views.plan_export, name="plan_export"),
]
