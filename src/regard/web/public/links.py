"""The links in mail: a click leads on to a stored address only, a picture tells of an opened mail.

Both are GETs that write one access record at most, marked unconfirmed; they never change consent (contract 13).
"""

from __future__ import annotations

import base64
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from regard.act.addresses import read_click_token, read_open_token
from regard.act.services import follow_link, note_open
from regard.web.public.frame import PublicRequest, opens_nothing, public
from regard.web.public.limits import ACCESSES_A_LINK

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@public("GET", "HEAD")
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on to the stored link the token is bound to."""
    found = read_click_token(token)
    now = cast(PublicRequest, request).now
    if found is None or not ACCESSES_A_LINK.allows(f"click:{found[0].hex}", now):
        return opens_nothing(request)
    url = follow_link(message=found[0], position=found[1], now=now, record=request.method == "GET")
    return opens_nothing(request) if url is None else HttpResponseRedirect(url)


@public("GET", "HEAD")
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Return the picture; record that it was loaded where the token is ours. Never tells which tokens are."""
    message = read_open_token(token)
    now = cast(PublicRequest, request).now
    if message is not None and request.method == "GET" and ACCESSES_A_LINK.allows(f"open:{message.hex}", now):
        note_open(message=message, now=now)
    return HttpResponse(PIXEL, content_type="image/gif")
