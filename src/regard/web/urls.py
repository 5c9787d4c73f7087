"""Every address of the staff product and of the public pages: each folder of pages brings its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regard.web import login
from regard.web.serving import assets

handler400 = "regard.web.errors.bad_request"
handler404 = "regard.web.errors.not_found"
handler500 = "regard.web.errors.broken"

FOLDERS = (
    "today",
    "customers",
    "person",
    "segments",
    "journeys",
    "outbox",
    "privacy",
    "settings",
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("regard.web.machine_urls")),  # health and the HTTP API (OPS)
    path("static/<str:name>", assets.asset),
    path("p/", include("regard.web.public.urls")),
    path("login", login.login),
    path("login/<str:token>", login.login_link),
    path("logout", login.logout),
    *(path("", include(f"regard.web.{folder}.urls")) for folder in FOLDERS),
]
