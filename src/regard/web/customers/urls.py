"""The addresses of customers."""

from __future__ import annotations

from django.urls import path

from regard.web.customers import page as customers

urlpatterns = [
    path("", customers.start),
    path("find", customers.find),
    path("customers", customers.customers),
    path("customers.csv", customers.customers_csv),
    path("customers/views", customers.view_save),
    path("customers/views/<int:view_id>/delete", customers.view_delete),
    path("customers/<str:person_id>/peek", customers.peek),
]
