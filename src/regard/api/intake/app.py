"""One request from arrival to answer. Answers exactly 200 and only when the messages are durable; never redirects.

1. Route by path, with and without the slash at the end; a preflight is answered at once.
2. Find the key: in the header before the body is read, else in the body. A key over its rate hears 429, a little late.
3. Read and unpack within limits, open the envelope, check each message alone.
4. Append what was accepted, with what was refused, and wait for the commit. Then 200.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, NoReturn

from django.conf import settings

from regard.api.intake import answers
from regard.api.intake.answers import IntakeAnswer, Turned
from regard.api.intake.body import Gone, Receive, drop_body, read_body
from regard.api.intake.description import describe
from regard.api.intake.envelope import Envelope, check, open_batch, open_single
from regard.api.intake.keyring import Keyring, Rates, key_in_header
from regard.api.intake.writer import GroupWriter, KeyRevoked, StoreDown
from regard.collect.intake.journal import JournalRefused, JournalRow
from regard.collect.intake.keys import Key
from regard.collect.intake.limits import RateLimit

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_LETTERS = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
_SINGLE = {f"/v1/{path}": kind for pair in _LETTERS.items() for path, kind in (pair, (pair[1],) * 2)}
_BATCH = frozenset(("/v1/batch", "/v1/b", "/v1/import", "/batch"))
_EITHER = frozenset(("/capture", "/e", "/i/v0/e"))  # PostHog: one message, or a batch
_ANSWERED = {"/v1/m": {"success": True}, "/flags": {"flags": {}}, "/decide": {"featureFlags": {}}}
_PATHS = frozenset((*_SINGLE, *_BATCH, *_EITHER, *_ANSWERED))
_SETTINGS = "/v1/projects/"
_DESCRIPTION = "/v1/openapi.json"
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_SECONDS_WHEN_DOWN = 2
_HOLD_BACK_SECONDS = 0.5
_MOST_HELD_BACK = 128  # requests: half of what the server works on at one time


class IntakeAsked(NamedTuple):
    """A request as far as it is known before its body."""

    path: str
    method: str
    headers: dict[bytes, bytes]


def is_intake(path: str) -> bool:
    """Say whether a path belongs to the intake: every path of the clients, and all else below /v1/."""
    return f"{path}/".startswith("/v1/") or path.rstrip("/") in _PATHS


class Intake:
    """The ASGI app. One object serves one event loop."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._writer = GroupWriter()
        self._held_back = 0
        self._ring = Keyring(
            Rates(
                requests=_rate(settings.INTAKE_REQUESTS_PER_SECOND),
                messages=_rate(settings.INTAKE_MESSAGES_PER_SECOND),
            )
        )

    def close(self) -> None:
        """Finish what waits (the server stops)."""
        self._writer.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = IntakeAsked(scope["path"].rstrip("/"), scope["method"], dict(scope["headers"]))
        try:
            answer = await self._answer(asked, receive)
        except Turned as reason:
            answer = answers.turned(reason)
        except Gone:
            return
        await send(answer.start())
        body = b"" if asked.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, asked: IntakeAsked, receive: Receive) -> IntakeAnswer:
        if asked.method == "OPTIONS":
            return answers.PREFLIGHT
        if asked.path.startswith(_SETTINGS) and asked.path.endswith("/settings"):
            return await self._settings(asked)
        if asked.path == _DESCRIPTION and asked.method in ("GET", "HEAD"):
            return answers.said(describe(sorted(_BATCH), _SINGLE))
        if asked.path not in _PATHS:
            await drop_body(receive)
            raise Turned("not_found", "no such path; messages go to /v1/batch, see docs/intake.md")
        if asked.method != "POST":
            await drop_body(receive)
            raise Turned("method_not_allowed", f"{asked.path} takes POST")
        if asked.path in _ANSWERED:
            await read_body(asked.headers, receive)
            return answers.said(_ANSWERED[asked.path])
        return await self._take(asked, receive)

    async def _take(self, asked: IntakeAsked, receive: Receive) -> IntakeAnswer:
        secret = key_in_header(asked.headers.get(b"authorization", b""))
        key = await self._known(secret) if secret else None
        if key and (seconds := self._ring.wait_for_request(key, self._clock())):
            await drop_body(receive)
            await self._hold_back(seconds)
        try:
            body = await read_body(asked.headers, receive)
            envelope = _open(asked.path, body)
        except Turned as reason:
            self._note(key, reason)
            raise
        if key is None:
            key, secret = await self._key_in_body(envelope, secret)
        count = len(envelope.messages)
        if seconds := self._ring.wait_for_messages(key, count, self._clock()):
            await self._hold_back(seconds)
        return await self._store(asked, envelope, key, secret or "")

    async def _store(self, asked: IntakeAsked, envelope: Envelope, key: Key, secret: str) -> IntakeAnswer:
        accepted, refused = check(envelope.messages)
        entry = _entry(key, envelope.sent_at, accepted, refused)
        if accepted or refused:
            try:
                await self._writer.append(entry)
            except KeyRevoked:
                self._ring.forget(secret)
                raise _invalid_key() from None
            except StoreDown:
                raise _unavailable() from None
        if refused and asked.path not in _BATCH and len(envelope.messages) == 1:
            return answers.single_refused(refused[0])
        return answers.taken(len(accepted), refused)

    async def _key_in_body(self, envelope: Envelope, tried: str | None) -> tuple[Key, str]:
        secret = envelope.key
        if secret is None and tried is None:
            raise Turned("missing_key", "no key: send it as the user name of Basic auth or as 'writeKey'")
        key = await self._known(secret) if secret and secret != tried else None
        if key is None or secret is None:
            raise _invalid_key()
        if seconds := self._ring.wait_for_request(key, self._clock()):
            await self._hold_back(seconds)
        return key, secret

    async def _known(self, secret: str) -> Key | None:
        try:
            return await self._ring.find(secret, self._writer.find_key, self._clock())
        except StoreDown:
            raise _unavailable() from None

    async def _hold_back(self, seconds: int) -> NoReturn:
        """Refuse a key that sends too fast, and not at once: or its flood of refusals would slow everybody."""
        if self._held_back < _MOST_HELD_BACK:
            self._held_back += 1
            try:
                await asyncio.sleep(_HOLD_BACK_SECONDS)
            finally:
                self._held_back -= 1
        raise Turned("rate_limited", f"too fast; try again in {seconds} s", retry_after=seconds)

    def _note(self, key: Key | None, reason: Turned) -> None:
        """Let staff see a request that was refused whole; one without a valid key leaves no trace."""
        if key is not None:
            refused = JournalRefused(None, reason.code, reason.message)
            self._writer.note(_entry(key, None, [], [refused]))

    async def _settings(self, asked: IntakeAsked) -> IntakeAnswer:
        """Answer what browser libraries ask before they start, so that the usual snippet works with one host."""
        if asked.method not in ("GET", "HEAD"):
            raise Turned("method_not_allowed", "settings are read with GET")
        secret = asked.path.removeprefix(_SETTINGS).removesuffix("/settings")
        if await self._known(secret) is None:
            raise Turned("not_found", "no such key")
        return answers.said(_browser_settings(secret, asked.headers))


def _browser_settings(secret: str, headers: dict[bytes, bytes]) -> dict[str, object]:
    """Return the settings that send a browser's messages to the very host it asked."""
    scheme, _, host = settings.PUBLIC_URL.partition("://")
    asked = headers.get(b"host", b"").decode("latin-1")
    if asked != host and _HOST.fullmatch(asked):
        host = asked
        scheme = headers.get(b"x-forwarded-proto", scheme.encode()).decode("latin-1")
    place = {"apiKey": secret, "apiHost": f"{host}/v1"}
    place["protocol"] = "https" if scheme == "https" else "http"
    return {
        "integrations": {"Segment.io": place},
        "plan": {"track": {"__default": {"enabled": True}}},
        "metrics": {"sampleRate": 0},
    }


def _open(path: str, body: bytes) -> Envelope:
    if path in _BATCH or (path in _EITHER and b'"batch"' in body):
        return open_batch(body)
    return open_single(body, _SINGLE.get(path))


def _entry(key: Key, sent_at: Any, accepted: list[Any], refused: list[JournalRefused]) -> JournalRow:
    return JournalRow(
        key=key.id,
        source=key.source,
        received_us=time.time_ns() // 1000,
        sent_at=sent_at,
        stem=f"regard-{secrets.token_hex(12)}",
        messages=accepted,
        refused=refused,
    )


def _rate(per_second: float) -> RateLimit:
    return RateLimit(per_second, burst=2 * per_second)


def _invalid_key() -> Turned:
    return Turned("invalid_key", "the key is unknown, revoked or not for writing")


def _unavailable() -> Turned:
    return Turned(
        "unavailable",
        "nothing can be stored just now; send it again",
        retry_after=_SECONDS_WHEN_DOWN,
    )
