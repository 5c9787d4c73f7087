"""A letter in a frame that can do nothing: its own styles by hash, no script, nothing from elsewhere (F5, F6)."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from html.parser import HTMLParser

from django.http import HttpResponse

PIXEL = re.compile(r"<img[^>]*/p/o/[^>]*>")
MOST_STYLES = 400  # more distinct styles than any letter of ours has


def framed_letter(html: str, otherwise: str = "No words yet.") -> HttpResponse:
    """Return the answer that shows a letter; the pixel is left out, looking at it here is no opening by its reader."""
    html = PIXEL.sub("", html)
    response = HttpResponse(html or f"<p>{escape(otherwise)}</p>")
    styles = " ".join(f"'sha256-{h}'" for h in style_hashes(html)) or "'none'"
    response.headers["Content-Security-Policy"] = (
        f"sandbox; default-src 'none'; img-src data:; style-src 'unsafe-hashes' {styles}; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


class _Styles(HTMLParser):
    """Collects every style attribute and style element of a letter."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, None] = {}
        self.is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_inside = tag == "style"
        self.found.update((value, None) for name, value in attrs if name == "style" and value)

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.found[data] = None

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (the signature of HTMLParser)
        self.is_inside = False


def style_hashes(html: str) -> list[str]:
    """Return the hashes (CSP level 3, base64 SHA-256) of a letter's own styles, conditional comments left out."""
    styles = _Styles()
    styles.feed(re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    texts = list(styles.found)[:MOST_STYLES]
    return [b64encode(sha256(text.encode()).digest()).decode() for text in texts]
