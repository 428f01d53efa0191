from django.urls import path

from taiping.subsidies import views, views_entry

app_name = "subsidies"
urlpatterns = [
    path("subsidies/", views.overview, name="overview"),
    path("subsidies/payments/", views.payments, name="payments"),
    path("subsidies/payments/add/", views_entry.payment_add, name="payment_add"),
    path(
        "subsidies/payments/<int:pk>/withdraw/",
        views_entry.payment_withdraw,
        name="payment_withdraw",
    ),
    path("subsidies/receipts/add/", views_entry.receipt_add, name="receipt_add"),
    path(
        "subsidies/receipts/<int:pk>/withdraw/",
        views_entry.receipt_withdraw,
        name="receipt_withdraw",
    ),
    path("subsidies/notice/", views.notice, name="notice"),
    path("subsidies/notice.xlsx", views.notice_xlsx, name="notice_xlsx"),
]
