"""From the message a client sent, as the journal kept it, to the `Incoming` the log takes.

What arrives here was checked by the intake: strict JSON, an object of a known type, with an id. So nothing is refused
here; what cannot be read as a number or a time is reported and the message goes on without it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from regard.collect.contracts import Incoming
from regard.collect.intake.declared import Properties, currency_of, score_of, value_of
from regard.collect.intake.limits import LONGEST_TEXT
from regard.collect.intake.times import corrected, read_time
from regard.collect.meanings import FIRST_NAMES, SURVEY_ANSWERS
from regard.collect.vocabulary import CHANNELS, PAGE_VIEWED, SCREEN_VIEWED

_CHANNELS = frozenset(CHANNELS) | {"mobile"}
_APP_LIBRARIES = (
    "android",
    "ios",
    "kotlin",
    "swift",
    "react-native",
    "flutter",
    "mobile",
    "xamarin",
)
_WEB_LIBRARIES = ("analytics.js", "analytics-next", "javascript", "browser", "web", "ajs")
_NAMES = {
    "page": PAGE_VIEWED.name,
    "screen": SCREEN_VIEWED.name,
    "identify": "Identified",
    "group": "Joined Account",
    "alias": "Aliased",
}
_CHANNEL_OF_TYPE = {"page": "web", "screen": "app"}
_EMPTY = msgspec.Raw(b"{}")
_NULL = msgspec.Raw(b"null")


class ClientMessage(msgspec.Struct, gc=False):
    """One message in the shape of Segment's clients; null and absent are the same."""

    type: str
    messageId: object = None  # noqa: N815 - the wire's own names
    userId: object = None  # noqa: N815
    anonymousId: object = None  # noqa: N815
    groupId: object = None  # noqa: N815
    previousId: object = None  # noqa: N815
    event: object = None
    name: object = None
    category: object = None
    channel: object = None
    timestamp: object = None
    originalTimestamp: object = None  # noqa: N815
    sentAt: object = None  # noqa: N815
    properties: msgspec.Raw = _EMPTY
    traits: dict[str, Any] | None = None
    context: msgspec.Raw = _EMPTY


class Context(msgspec.Struct, gc=False):
    """The parts of a context that mean something to us."""

    channel: object = None
    groupId: object = None  # noqa: N815
    library: object = None
    traits: object = None


class Parcel(NamedTuple):
    """What all messages of one request share."""

    source: int
    received_us: int
    sent_us: int | None  # the request's own sentAt
    stem: str  # message ids are made of it where a client gave none
    company_currency: str


class Unread(NamedTuple):
    """A field that is no number: it stays a property, staff see it."""

    position: int
    message_id: str
    field: str


_read_message = msgspec.json.Decoder(ClientMessage).decode
_read_context = msgspec.json.Decoder(Context).decode
_read_properties = msgspec.json.Decoder(Properties).decode


def normalise(raw: msgspec.Raw, position: int, parcel: Parcel, unread: list[Unread]) -> Incoming:
    """Return the `Incoming` of one message; a field that is no number is added to `unread`."""
    message = _read_message(raw)
    message_id = text_of(message.messageId) or f"{parcel.stem}-{position}"
    incoming, field = _incoming(message, message_id, parcel)
    if field:
        unread.append(Unread(position, message_id, field))
    return incoming


def _incoming(message: ClientMessage, message_id: str, parcel: Parcel) -> tuple[Incoming, str]:
    context = _EMPTY if message.context == _NULL else message.context
    known = _read_context(context)
    traits = _traits(message, known)
    stamped_us = read_time(message.originalTimestamp if message.timestamp is None else message.timestamp)
    sent_us = parcel.sent_us if message.sentAt is None else read_time(message.sentAt)
    name, properties = _name_and_properties(message)
    group = known.groupId if message.groupId is None else message.groupId
    value, score, currency, field = _facts(message, name, properties, parcel.company_currency)
    return Incoming(
        source=parcel.source,
        message_id=message_id,
        type=message.type,
        name=name,
        channel=_channel(message, known),
        occurred_us=corrected(stamped_us, sent_us, parcel.received_us),
        received_us=parcel.received_us,
        sent_us=sent_us,
        stamped_us=stamped_us,
        ids=_ids(message, traits, known),
        previous_id=None if message.previousId is None else text_of(message.previousId) or None,
        group_id=None if group is None else text_of(group) or None,
        traits=traits if message.type == "identify" else None,
        group_traits=traits if message.type == "group" else None,
        value_minor=value,
        currency=currency,
        score_milli=score,
        properties=_text(properties),
        context=_text(context),
    ), field


def _text(raw: msgspec.Raw) -> str:
    return str(raw, "utf-8")


def text_of(value: object) -> str:
    """Return an id or a name as text of at most 255 characters; "" for null and whatever is no id."""
    if isinstance(value, str):
        return value.strip()[:LONGEST_TEXT]
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)[:LONGEST_TEXT]


def _traits(message: ClientMessage, known: Context) -> dict[str, Any] | None:
    """Return the fields told: some clients say them in `traits`, some in `context.traits`, some in both."""
    if message.type not in ("identify", "group"):
        return None
    beside = known.traits if isinstance(known.traits, dict) else {}
    if message.type == "group":  # there the context speaks of the person, not of the account
        return message.traits or {}
    return {**beside, **(message.traits or {})}


def _ids(message: ClientMessage, traits: dict[str, Any] | None, known: Context) -> tuple[tuple[str, str], ...]:
    """Return the (kind, value) pairs that say who it was. An e-mail in the context counts only where no id is given."""
    ids = []
    if message.userId is not None and (user_id := text_of(message.userId)):
        ids.append(("user_id", user_id))
    if message.anonymousId is not None and (anonymous_id := text_of(message.anonymousId)):
        ids.append(("anonymous_id", anonymous_id))
    told = traits if message.type == "identify" else None
    if told is None and not ids and isinstance(known.traits, dict):
        told = {"email": known.traits.get("email")}
    if told:
        ids += [(kind, text) for kind in ("email", "phone") if (text := text_of(told.get(kind)))]
    return tuple(ids)


def _name_and_properties(message: ClientMessage) -> tuple[str, msgspec.Raw]:
    properties = _EMPTY if message.properties == _NULL else message.properties
    if message.type == "track":
        sent_as = text_of(message.event)
        return FIRST_NAMES.get(sent_as, sent_as), properties
    if message.type in ("page", "screen") and (message.name or message.category):
        told = {"name": message.name, "category": message.category}
        whole = msgspec.json.decode(properties) | {k: v for k, v in told.items() if v is not None}
        properties = msgspec.Raw(msgspec.json.encode(whole))
    return _NAMES[message.type], properties


def _facts(
    message: ClientMessage, name: str, properties: msgspec.Raw, company_currency: str
) -> tuple[int | None, int | None, str, str]:
    """Return (value, score, currency, the field that is no number)."""
    if message.type != "track" or len(properties) <= 2:
        return None, None, "", ""
    told = _read_properties(properties)
    currency = currency_of(told.currency, company_currency)
    value, unread = value_of(told, currency)
    score, unread_score = score_of(told) if name in SURVEY_ANSWERS else (None, "")
    return value, score, currency if value is not None else "", unread or unread_score


def _channel(message: ClientMessage, known: Context) -> str:
    """Return where it happened: what the client names, else what its library is made for, else the server."""
    if message.type in _CHANNEL_OF_TYPE:
        return _CHANNEL_OF_TYPE[message.type]
    for told in (known.channel, message.channel):
        if isinstance(told, str) and told in _CHANNELS:
            return "app" if told == "mobile" else told
    library = known.library.get("name") if isinstance(known.library, dict) else None
    return _channel_of_library(library) if isinstance(library, str) else "server"


@lru_cache(maxsize=1_000)
def _channel_of_library(library: str) -> str:
    name = library.lower()
    if any(word in name for word in _APP_LIBRARIES):
        return "app"
    if any(word in name for word in _WEB_LIBRARIES):
        return "web"
    return "server"
