"""Addresses for programs: health, readiness and the HTTP API. The intake has its own paths, see `api/intake`."""

from __future__ import annotations

from django.urls import path, re_path

from regard.api.app import api
from regard.api.description import description, nothing, page
from regard.web.serving import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("api/v1/openapi.json", description),
    path("api/v1/docs", page),
    path("api/v1/", api.urls),
    re_path(r"^api/(?s:.*)$", nothing),
]
