"""Pages for what is not there, not allowed, too old or broken. None of them tells anything inner (promise F16)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an unknown address, an unknown object and a forbidden one alike."""
    return _plain(
        404,
        title="Nothing here",
        words="There is no such page, or it is not yours to see. Both look the same on purpose.",
    )


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form without a valid token: nothing was changed."""
    return _plain(
        403,
        title="This form is too old",
        words="Nothing was changed. Go back, reload the page and try again.",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a request that is not one."""
    return _plain(400, title="That request made no sense", words="Nothing was changed.")


def broken(request: HttpRequest) -> HttpResponse:
    """Answer for an error of ours. Touches neither database nor session: either may be what broke."""
    return _plain(
        500,
        title="Something of ours broke",
        words="Nothing was half done: changes are made whole or not at all. The log on the server says more.",
    )


def _plain(status: int, *, title: str, words: str) -> HttpResponse:
    content = render_to_string("web/plain.html", {"title": title, "words": words})
    return HttpResponse(content, status=status)
