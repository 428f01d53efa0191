from django.urls import path

from plots.pages.add import views as views_add
from plots.pages.boundaries import views as boundary_views
from plots.pages.bulk import views as views_bulk
from plots.pages.carry import views as carry_views
from plots.pages.checks import views as geo_views
from plots.pages.duties import views as duty_views
from plots.pages.evidence import views as evidence_views
from plots.pages.field import views as views_field
from plots.pages.imports import views as import_views
from plots.pages.map import views as views_map
from plots.pages.my_tasks import views as views_my
from plots.pages.orders import views as order_views
from plots.pages.patch import views as views_patch
from plots.pages.patch_list import views as views_list
from plots.pages.remedies import views as remedy_views
from plots.pages.report import photos as views_photos
from plots.pages.report import views as views_report
from plots.pages.review import views as views_review

app_name = "plots"
urlpatterns = [
    path("field/", views_field.shell, name="field"),
    path("sw.js", views_field.service_worker, name="service_worker"),
    path("manifest.webmanifest", views_field.manifest, name="manifest"),
    path("my/", views_my.my_tasks, name="my"),
    path("my/tasks.json", views_my.tasks, name="my_tasks"),
    path("patches/<int:pk>/report/", views_report.report_patch, name="report"),
    path("patches/<int:pk>/report/<uuid:client_key>/photos/", views_photos.photos, name="photos"),
    path(
        "patches/<int:pk>/report/<uuid:client_key>/photos/<str:sha256>",
        views_photos.photo,
        name="photo",
    ),
    path("duties/", duty_views.duties, name="duties"),
    path("duties/<int:pk>/enter/", duty_views.duty_enter, name="duty_enter"),
    path("duties/<int:pk>/table/", duty_views.duty_table, name="duty_table"),
    path("duties/entries/<int:pk>/", duty_views.duty_entry, name="duty_entry"),
    path("duties/entries/<int:pk>/withdraw/", duty_views.duty_withdraw, name="duty_withdraw"),
    path("review/", views_review.review, name="review"),
    path("review/<int:pk>/", views_review.review_patch, name="review_patch"),
    path(
        "patches/evidence/<int:pk>/<str:which>/", evidence_views.evidence_file, name="evidence_file"
    ),
    path("attachments/<int:pk>/<str:which>/", evidence_views.attachment_file, name="attachment"),
    path("patches/", views_list.patch_list, name="patch_list"),
    path("patches/export.xlsx", views_list.patch_export, name="patch_export"),
    path("patches/bulk/", views_bulk.patch_bulk, name="patch_bulk"),
    path("patches/bulk/undo/", views_bulk.bulk_undo, name="bulk_undo"),
    path("patches/import/", import_views.patch_import, name="patch_import"),
    path("patches/import/template.xlsx", import_views.import_template, name="import_template"),
    path("patches/import/<int:pk>/", import_views.import_preview, name="import_preview"),
    path("patches/import/<int:pk>/undo/", import_views.import_undo, name="import_undo"),
    path("patches/import/<int:pk>/errors.xlsx", import_views.import_errors, name="import_errors"),
    path("patches/import/<int:pk>/file", import_views.import_file, name="import_file"),
    path("patches/checks/", geo_views.checks, name="checks"),
    path("patches/checks/<int:pk>/dismiss/", geo_views.check_dismiss, name="check_dismiss"),
    path("patches/boundaries/", boundary_views.boundaries, name="boundaries"),
    path("patches/geo.<str:fmt>", geo_views.geo_export, name="geo_export"),
    path("patches/add/", views_add.patch_add, name="patch_add"),
    path("patches/carry/", carry_views.carry, name="carry"),
    path("patches/map/", views_map.patch_map, name="patch_map"),
    path("patches/map/data.geojson", views_map.map_data, name="map_data"),
    path("patches/map/villages.geojson", views_map.map_villages, name="map_villages"),
    path("orders/", order_views.orders, name="orders"),
    path("orders/new/", order_views.order_new, name="order_new"),
    path("orders/<int:pk>/", order_views.order, name="order"),
    path("orders/<int:pk>/close/", order_views.order_close, name="order_close"),
    path("orders/<int:pk>/withdraw/", order_views.order_withdraw, name="order_withdraw"),
    path("patches/<int:pk>/", views_patch.patch_detail, name="patch"),
    path("patches/<int:pk>/remedy/", remedy_views.route, name="remedy_route"),
    path("patches/<int:pk>/remedy/<int:item_pk>/", remedy_views.hand_in, name="remedy_hand_in"),
    path("patches/documents/<int:pk>/withdraw/", remedy_views.take_back, name="remedy_take_back"),
    # 动作名什么都接，放在最后，前面写明的地址先认。
    path("patches/<int:pk>/<str:action>/", views_patch.patch_action, name="patch_action"),
]
