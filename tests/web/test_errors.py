"""Errors say nothing inner (promise F16) and help the reader on."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from regard.web import urls

SECRET = "the-inner-secret-of-the-view"


def falls_over(request: HttpRequest) -> HttpResponse:
    inner = SECRET
    raise RuntimeError(inner)


urlpatterns = [*urls.urlpatterns, path("falls", falls_over)]
handler404, handler500 = urls.handler404, urls.handler500


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.web.test_errors")
def test_a_broken_page_shows_no_trace():
    reply = Client(raise_request_exception=False).get("/falls")
    page = reply.content.decode()
    assert reply.status_code == 500
    assert "Something of ours broke" in page
    for inner in (SECRET, "RuntimeError", "Traceback", "falls_over", "site-packages"):
        assert inner not in page


@pytest.mark.django_db
def test_a_missing_page_says_so_plainly():
    reply = Client().get("/nothing/here")
    assert reply.status_code == 404
    assert "not yours to see" in reply.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_changes_nothing(house):
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.staff["owner"], backend="django.contrib.auth.backends.ModelBackend")
    reply = client.post(f"/customers/{house.ines}/notes", {"text": "forged"})
    assert reply.status_code == 403
    assert "Nothing was changed" in reply.content.decode()


def test_debug_is_off_unless_asked_for(settings):
    assert settings.DEBUG is False
