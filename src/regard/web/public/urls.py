"""The addresses of the public pages, all under /p/."""

from __future__ import annotations

from django.urls import path

from regard.web.public import leaving, links, preferences, survey

urlpatterns = [
    path("s/<str:token>", survey.survey),
    path("c/<str:token>", preferences.preferences),
    path("u/<str:token>", leaving.leave),
    path("l/<str:token>", links.click),
    path("o/<str:token>.gif", links.opened),
]
