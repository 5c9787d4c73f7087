"""The scanner for one person: texts that may not be anywhere, in every form in which they may hide."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import md5, sha1, sha256
from pathlib import Path
from urllib.parse import quote


def forms_of(needle: str) -> set[bytes]:
    """A text as it may stand in a file: plain, coded (hex, base64, URL, UTF-16), hashed without a key."""
    found = set()
    for text in {needle, needle.lower(), needle.upper()}:
        raw = text.encode()
        found |= {raw, raw.hex().encode(), quote(text, safe="").encode(), text.encode("utf-16-le")}
        found.add(base64.b64encode(raw).rstrip(b"="))
        for algorithm in (md5, sha1, sha256):
            digest = algorithm(raw)
            found |= {
                digest.digest(),
                digest.hexdigest().encode(),
                base64.b64encode(digest.digest()),
            }
    return found


def hits_in(content: bytes, needles: Iterable[str]) -> list[str]:
    """Return the needles that are in the content in any form."""
    return [needle for needle in needles if any(form in content for form in forms_of(needle))]


def hits(folder: Path, needles: Iterable[str]) -> list[str]:
    """Return every file under the folder that shows a needle, packed files unpacked."""
    wanted = list(needles)
    return [
        f"{name}: {needle}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for name, content in _unpacked(path.name, path.read_bytes())
        for needle in hits_in(content, wanted)
    ]


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[:2] == b"\x1f\x8b":
        yield name, gzip.decompress(content)
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}/{inner}", archive.read(inner))
    else:
        yield name, content
