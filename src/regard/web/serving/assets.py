"""The stylesheet, the scripts and the fonts: a dozen small files served from memory, made small and compressed once.

Files are laid out for those who read them; notes and white space stay behind when they are served. Each address
carries the first digits of the file's hash, so browsers may keep it for a year.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import rcssmin
import rjsmin
from django.http import Http404, HttpRequest, HttpResponse

FOLDER = Path(__file__).resolve().parents[1] / "static" / "web"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes as they are and compressed (None where that does not pay)."""

    content_type: str
    plain: bytes
    packed: bytes | None
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Read every file once a process."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            plain = _served(path)
            packed = gzip.compress(plain, 9, mtime=0) if path.suffix != ".woff2" else None
            found[path.name] = Asset(TYPES[path.suffix], plain, packed, sha256(plain).hexdigest()[:10])
    return found


def _served(path: Path) -> bytes:
    """Return a file as browsers get it: ours without notes and white space, what came from elsewhere as it came."""
    small: str
    if path.suffix == ".css":
        small = rcssmin.cssmin(path.read_text(encoding="utf-8"))
    elif path.suffix == ".js" and not path.name.endswith(".min.js"):
        small = rjsmin.jsmin(path.read_text(encoding="utf-8"))
    else:
        return path.read_bytes()
    return small.encode()


def asset_address(name: str) -> str:
    """Return the address of a file with its version. Raises KeyError for a file that is not there."""
    return f"/static/{name}?v={assets()[name].version}"


def asset(request: HttpRequest, name: str) -> HttpResponse:
    """Serve one file."""
    found = assets().get(name)
    if found is None:
        raise Http404
    may_pack = found.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if may_pack else found.plain, content_type=found.content_type)
    response.headers["Vary"] = "Accept-Encoding"
    if may_pack:
        response.headers["Content-Encoding"] = "gzip"
    is_named_by_hash = request.GET.get("v") == found.version
    response.headers["Cache-Control"] = f"public, max-age={31_536_000 if is_named_by_hash else 3600}" + (
        ", immutable" if is_named_by_hash else ""
    )
    return response
