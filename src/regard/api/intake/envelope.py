"""One body in, its messages and its refusals out; nothing here waits, reads a clock or knows a database.

1. Strict JSON first: the envelope is read, the messages inside stay raw bytes. A body it refuses goes the slow way.
2. Each message is read and checked alone: a bad one is listed and its neighbours go on.
3. What is kept is the message as it was sent, less any key inside it: keys are never stored in the clear.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from regard.api.intake.answers import Turned
from regard.api.intake.posthog import is_posthog, to_segment
from regard.api.intake.salvage import Unusable, clean, depth_of, read_loosely
from regard.collect.intake.journal import JournalRefused
from regard.collect.intake.limits import DEEPEST, LARGEST_MESSAGE, MOST_MESSAGES
from regard.collect.intake.wire import text_of
from regard.identify.normalise import is_junk

TYPES = frozenset(("track", "page", "screen", "identify", "group", "alias"))
_BOM = b"\xef\xbb\xbf"
_KEYS = ("writeKey", "api_key", "token")
_OBJECTS = ("properties", "traits", "context")
_encode = msgspec.json.encode


class Envelope(NamedTuple):
    """What a body says: the key inside it, when it was sent, and its messages (bytes, or values already read)."""

    key: str | None
    sent_at: str | int | float | None
    messages: list[Any]


class Checked(NamedTuple):
    """The messages of a request, told apart."""

    accepted: list[msgspec.Raw]
    refused: list[JournalRefused]


class _Body(msgspec.Struct, gc=False):
    batch: list[msgspec.Raw]
    writeKey: object = None  # noqa: N815 - the wire's own names
    api_key: object = None
    token: object = None
    sentAt: object = None  # noqa: N815
    sent_at: object = None


_read_body = msgspec.json.Decoder(_Body).decode
_read_any = msgspec.json.Decoder().decode


def open_batch(body: bytes) -> Envelope:
    """Return the envelope of a body with many messages. Raises Turned where there is none to be found."""
    body = body.removeprefix(_BOM)
    try:
        told = _read_body(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _open_loosely(body)
    if len(told.batch) > MOST_MESSAGES:
        raise _too_many(len(told.batch))
    key = told.writeKey or told.api_key or told.token
    sent_at = told.sent_at if told.sentAt is None else told.sentAt
    return Envelope(_text(key), _time(sent_at), told.batch)


def _open_loosely(body: bytes) -> Envelope:
    told = read_loosely(body, deepest=DEEPEST + 2)  # the envelope and its list lie around each message
    batch = told.get("batch") if isinstance(told, dict) else None
    if not isinstance(batch, list):
        raise Turned("missing_batch", "the body must be an object with a list 'batch' in it")
    if len(batch) > MOST_MESSAGES:
        raise _too_many(len(batch))
    return Envelope(_key_of(told), _time(told.get("sentAt") or told.get("sent_at")), batch)


def open_single(body: bytes, kind: str | None) -> Envelope:
    """Return the envelope of a body that is one message; `kind` is the type its path says, if it says one."""
    body = body.removeprefix(_BOM)
    try:
        message = _read_any(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        message = read_loosely(body, deepest=DEEPEST)
    if not isinstance(message, dict):
        raise Turned("invalid_json", "the body must be one message: a JSON object")
    key, sent_at = _key_of(message), _time(message.get("sentAt") or message.get("sent_at"))
    if kind is not None and message.get("type") is None:
        message["type"] = kind
    return Envelope(key, sent_at, [message])


def check(messages: list[Any]) -> Checked:
    """Check every message alone and return those to keep and those refused, with their places."""
    accepted: list[msgspec.Raw] = []
    refused: list[JournalRefused] = []
    for position, told in enumerate(messages):
        message: Any = None
        try:
            message, raw = _read_message(told)
            _check_message(message)
            accepted.append(raw)
        except (Unusable, Turned) as reason:
            named = text_of(message.get("messageId")) if isinstance(message, dict) else ""
            refused.append(JournalRefused(position, reason.code, reason.message, named))
    return Checked(accepted, refused)


def _read_message(told: Any) -> tuple[Any, msgspec.Raw]:
    """Return (message, the bytes to keep). Bytes are kept as they came wherever that is possible."""
    if not isinstance(told, msgspec.Raw):
        return _rewritten(clean(told))
    if len(told) > LARGEST_MESSAGE:
        raise _too_large()
    raw = bytes(told)
    if raw.count(b"{") + raw.count(b"[") > DEEPEST and depth_of(raw) > DEEPEST:
        raise Unusable("too_deep", f"objects and lists lie more than {DEEPEST} deep")
    if b"\\u0000" in raw:
        return _rewritten(clean(read_loosely(raw, deepest=DEEPEST)))
    try:
        message = _read_any(told)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _rewritten(clean(read_loosely(raw, deepest=DEEPEST)))
    if isinstance(message, dict) and ("writeKey" in message or "type" not in message):
        return _rewritten(message)
    return message, told


def _rewritten(message: Any) -> tuple[Any, msgspec.Raw]:
    if not isinstance(message, dict):
        raise Unusable("not_an_object", "a message must be a JSON object")
    if is_posthog(message):
        message = to_segment(message)
    message = {name: value for name, value in message.items() if name not in _KEYS}
    raw = _encode(message)
    if len(raw) > LARGEST_MESSAGE:
        raise _too_large()
    return message, msgspec.Raw(raw)


def _check_message(message: Any) -> None:
    if not isinstance(message, dict):
        raise Unusable("not_an_object", "a message must be a JSON object")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise Unusable("unknown_type", f"'type' must be one of {', '.join(sorted(TYPES))}")
    for name in _OBJECTS:
        value = message.get(name)
        if value is not None and not isinstance(value, dict):
            raise Unusable("invalid_field", f"'{name}' must be an object")
    if kind == "track" and not text_of(message.get("event")):
        raise Unusable("missing_event", "a track message needs 'event', the name of what happened")
    if kind == "group" and not _id(message.get("groupId")):
        raise Unusable("missing_group", "a group message needs 'groupId'")
    if kind == "alias" and not (_id(message.get("previousId")) and _id(message.get("userId"))):
        raise Unusable("missing_previous", "an alias message needs 'previousId' and 'userId'")
    if not any(_ids(message)):
        raise Unusable(
            "missing_identity",
            "a message needs a 'userId' or an 'anonymousId' that means somebody: null, 0, 'undefined' and the like do not",
        )


def _ids(message: dict[str, Any]) -> Iterator[str]:
    """Yield what can say who it was: the ids, else an e-mail among the person's traits."""
    yield _id(message.get("userId"))
    yield _id(message.get("anonymousId"))
    told = (message, message.get("context") or {})
    for holder in told if message["type"] == "identify" else told[1:]:
        traits = holder.get("traits")
        if isinstance(traits, dict):
            yield _id(traits.get("email"))


def _id(value: Any) -> str:
    text = text_of(value)
    return "" if not text or is_junk(text) else text


def _key_of(told: dict[str, Any]) -> str | None:
    return _text(told.get("writeKey") or told.get("api_key") or told.get("token"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(value: object) -> str | int | float | None:
    if isinstance(value, str):
        return value[:64].encode("utf-8", "replace").decode()
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _too_many(count: int) -> Turned:
    return Turned("too_many_messages", f"{count} messages in one request; {MOST_MESSAGES} at most")


def _too_large() -> Unusable:
    return Unusable("message_too_large", f"the message is larger than {LARGEST_MESSAGE // 1024} KB")
