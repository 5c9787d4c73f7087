"""The addresses of Today."""

from __future__ import annotations

from django.urls import path

from regard.web.today import page as today

urlpatterns = [
    path("today", today.today),
    path("today/<str:kind>/<int:row_id>/<str:verb>", today.row_act),
    path("today/<str:kind>/<int:row_id>/<str:verb>/undo", today.row_undo),
]
