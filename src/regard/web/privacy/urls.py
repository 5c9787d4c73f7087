"""The addresses of the privacy page."""

from __future__ import annotations

from django.urls import path

from regard.web.privacy import page as privacy

urlpatterns = [
    path("customers/<str:person_id>/export", privacy.person_export),
    path("customers/<str:person_id>/erase", privacy.person_erase),
    path("customers/<str:person_id>/limits/<str:kind>/<str:word>", privacy.person_limit),
    path("privacy", privacy.privacy),
]
