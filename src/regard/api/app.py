"""The HTTP API under /api/v1: one NinjaAPI, its routers, its errors and its description."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from regard import __version__
from regard.api import consents, decisions, people, segments, touchpoints
from regard.api.problems import broken, tell_problems

DESCRIPTION = """Read people, touchpoints, segments and decisions; write consents. To send messages, use the intake
(`/v1/batch` and its neighbours), which speaks the language of the Segment clients.

Send `Authorization: Bearer <key>`. A read key reads, a write key writes and reads nothing. Lists are pages
`{items, next_cursor}`; ask again with `cursor` until `next_cursor` is null. Errors are `application/problem+json`
(RFC 9457) with a JSON Pointer to each value that does not fit. Times are ISO 8601 with offset, money is minor units."""

api = NinjaAPI(
    title="Regard",
    version=__version__,
    description=DESCRIPTION,
    docs_url=None,
    openapi_url=None,  # served by `description`, with the refusals in it
    urls_namespace="api",
)
PARTS = (
    people,
    touchpoints,
    segments,
    decisions,
    consents,
)
for part in PARTS:
    api.add_router("", part.router)
tell_problems(api)


@api.exception_handler(Exception)
def tell_broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Log a bug and answer without its insides."""
    logging.getLogger("regard.api").exception("%s %s", request.method, request.path, exc_info=error)
    return broken(request, error)
