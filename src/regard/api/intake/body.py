"""Read a request's body and unpack it, never holding more than the limits allow (promise A8)."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from regard.api.intake.answers import Turned
from regard.collect.intake.limits import LARGEST_BODY

Receive = Callable[[], Awaitable[dict[str, Any]]]

_SECONDS = 30.0  # for the whole body to arrive
# A client that is cut off while it still sends sees a lost connection and tries again for ever. So what is too
# large is read to its end, up to here, and thrown away.
_READ_AND_DROP = 16 * 1024 * 1024
_GZIP = b"\x1f\x8b"


class Gone(Exception):
    """The client went away before its body had arrived."""


async def read_body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """Return the unpacked body. Raises Turned where it is too large, too slow or not what it says, Gone."""
    try:
        packed = await asyncio.wait_for(_read(receive), _SECONDS)
    except TimeoutError:
        raise Turned("too_slow", f"the body did not arrive within {_SECONDS:.0f} seconds") from None
    return _unpack(packed, headers.get(b"content-encoding", b"").strip().lower())


async def drop_body(receive: Receive) -> None:
    """Read a body nobody wants, so that its sender hears the answer and no broken connection."""
    with contextlib.suppress(Turned):
        await read_body({}, receive)


async def _read(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] != "http.request":
            raise Gone
        chunk, more = event.get("body", b""), event.get("more_body", False)
        size += len(chunk)
        if size <= LARGEST_BODY:
            chunks.append(chunk)
        else:
            chunks.clear()
            more = more and size < _READ_AND_DROP
    if size > LARGEST_BODY:
        raise _too_large()
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _unpack(body: bytes, encoding: bytes) -> bytes:
    if encoding in (b"gzip", b"x-gzip") or body[:2] == _GZIP:
        return _inflate(body, 31)
    if encoding == b"deflate":
        return _inflate(body, 15)
    if encoding in (b"", b"identity"):
        return body
    named = encoding[:40].decode("latin-1")
    raise Turned("unknown_encoding", f"content-encoding {named!r} is not read here; use gzip or none")


def _inflate(body: bytes, window: int) -> bytes:
    """Unpack up to the limit and not a byte further, whatever the stream says of its size."""
    unpacked = b""
    rest = body
    while rest:
        stream = zlib.decompressobj(window)
        try:
            unpacked += stream.decompress(rest, LARGEST_BODY + 1 - len(unpacked))
        except zlib.error:
            raise Turned("invalid_packing", "the body says it is packed, and cannot be unpacked") from None
        if len(unpacked) > LARGEST_BODY or stream.unconsumed_tail:
            raise _too_large()
        if not stream.eof:
            raise Turned("invalid_packing", "the packed body ends too early")
        rest = stream.unused_data.lstrip(b"\0") if window == 31 else b""
    return unpacked


def _too_large() -> Turned:
    return Turned(
        "too_large",
        f"the body is larger than {LARGEST_BODY // 1024} KB (unpacked); send fewer messages in a request",
    )
