"""What every public page shares: the strict headers, the person's language, and one calm page for what opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from regard.identify.selectors import survivor_of
from regard.playbooks.model import Playbook
from regard.profile.selectors import fields_now
from regard.versions.selectors import active_playbook
from regard.web.access import open_to_all
from regard.web.public.limits import BAD_TOKENS_AN_ADDRESS
from regard.web.public.words import WORDS, choose
from regard.web.serving.assets import asset_address

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
View = Callable[..., HttpResponse]


class PublicRequest(HttpRequest):
    """A request to a public page at one instant."""

    now: datetime


def public(*methods: str) -> Callable[[View], View]:
    """Make a public view. The signed token in the address is the key, no cookie is read or set, so CSRF has no hold."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @open_to_all(*methods)
        @wraps(view)
        def opened(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            return protected(view(request, *args, **kwargs))

        return opened

    return wrap


def protected(response: HttpResponse) -> HttpResponse:
    """Set the headers of a public page: nothing from elsewhere, nothing kept, nothing told to where a link leads."""
    headers = response.headers
    headers["Content-Security-Policy"] = POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Robots-Tag"] = "noindex, nofollow"
    headers["Cache-Control"] = "no-store"
    return response


def show(template: str, *, language: str, status: int = 200, **context: Any) -> HttpResponse:
    """Render a public page, without the request: its session and cookies are none of this page's business."""
    playbook = active_playbook().playbook
    words = WORDS[language]
    page = {
        "words": words,
        "language": language,
        "company": playbook.company.name,
        "stylesheet": asset_address("public.css"),
    } | context
    return HttpResponse(render_to_string(f"public/{template}", page), status=status)


def opens_nothing(request: HttpRequest) -> HttpResponse:
    """Answer a token that is not one of ours, the same for every kind; too many from one address are slowed down."""
    language = choose(*_accepted(request))
    address = request.META.get("REMOTE_ADDR", "")
    if not BAD_TOKENS_AN_ADDRESS.allows(address, cast(PublicRequest, request).now):
        return too_fast(language)
    return show(
        "note.html",
        language=language,
        status=404,
        title=WORDS[language]["gone_title"],
        text=WORDS[language]["gone"],
    )


def too_fast(language: str) -> HttpResponse:
    """Answer somebody who is over a limit."""
    words = WORDS[language]
    response = show("note.html", language=language, status=429, title=words["slow_title"], text=words["slow"])
    response.headers["Retry-After"] = "60"
    return response


def language_of(request: HttpRequest, person: int | None, playbook: Playbook) -> str:
    """Return the person's language, else the browser's, else the company's, among those the pages speak."""
    told = str(fields_now(survivor_of(person)).get("language") or "") if person is not None else ""
    return choose(*([told] if told else []), *_accepted(request), playbook.company.language)


def text_in(texts: dict[str, str], language: str, playbook: Playbook) -> str:
    """Return a playbook's text in a language, else in the company's."""
    return texts.get(language) or texts.get(playbook.company.language, "")


def day_words(at: datetime, language: str) -> str:
    """Return a day as people write it."""
    return format_date(at, format="long", locale={"en": "en_GB"}.get(language, language))


def go_to(address: str) -> HttpResponse:
    """Lead on with a GET, so that reloading a page never posts twice."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def _accepted(request: HttpRequest) -> list[str]:
    header = request.headers.get("Accept-Language", "")[:200]
    return [part.split(";")[0].strip() for part in header.split(",") if part.strip()]
