from django.urls import path

from plots import (
    evidence_views,
    import_views,
    views_add,
    views_bulk,
    views_list,
    views_my,
    views_patch,
    views_report,
    views_review,
)
from plots.geo import boundary_views
from plots.geo import views as geo_views
from plots.map import views_map

app_name = "plots"
urlpatterns = [
    path("my/", views_my.my_tasks, name="my"),
    path("patches/<int:pk>/report/", views_report.report, name="report"),
    path("review/", views_review.review, name="review"),
    path("review/<int:pk>/", views_review.review_patch, name="review_patch"),
    path(
        "patches/evidence/<int:pk>/<str:which>/", evidence_views.evidence_file, name="evidence_file"
    ),
    path("patches/", views_list.patch_list, name="patch_list"),
    path("patches/export.xlsx", views_list.patch_export, name="patch_export"),
    path("patches/bulk/", views_bulk.patch_bulk, name="patch_bulk"),
    path("patches/import/", import_views.patch_import, name="patch_import"),
    path("patches/import/template.xlsx", import_views.import_template, name="import_template"),
    path("patches/import/<int:pk>/", import_views.import_preview, name="import_preview"),
    path("patches/import/<int:pk>/errors.xlsx", import_views.import_errors, name="import_errors"),
    path("patches/import/<int:pk>/file", import_views.import_file, name="import_file"),
    path("patches/checks/", geo_views.checks, name="checks"),
    path("patches/checks/<int:pk>/dismiss/", geo_views.check_dismiss, name="check_dismiss"),
    path("patches/boundaries/", boundary_views.boundaries, name="boundaries"),
    path("patches/geo.<str:fmt>", geo_views.geo_export, name="geo_export"),
    path("patches/add/", views_add.patch_add, name="patch_add"),
    path("patches/map/", views_map.patch_map, name="patch_map"),
    path("patches/map/data.geojson", views_map.map_data, name="map_data"),
    path("patches/map/villages.geojson", views_map.map_villages, name="map_villages"),
    path("patches/<int:pk>/", views_patch.patch, name="patch"),
    # 动作名什么都接，放在最后，前面写明的地址先认。
    path("patches/<int:pk>/<str:action>/", views_patch.patch_action, name="patch_action"),
]
