"""Free touchpoints: any event with a name, among them what `regard export touchpoints` writes."""

from __future__ import annotations

from typing import Any

import msgspec

from regard.collect.contracts import Incoming
from regard.collect.importing.kinds.base import CURRENCY, IDS, WHEN, WHO, WHO_NEEDED, Field, Kind
from regard.collect.importing.reading import Reading, json_of, text_of
from regard.collect.models import Actor, Direction
from regard.collect.vocabulary import CHANNELS

_CHANNELS, _DIRECTIONS, _ACTORS = (
    frozenset(CHANNELS),
    frozenset(Direction.values),
    frozenset(Actor.values),
)


def read(row: Reading) -> Incoming:
    """Return the touchpoint of a row."""
    at_us, name = row.instant("occurred_at"), row.text("event")
    if at_us is None:
        raise ValueError("has no date")
    if not name or len(name) > 255:
        raise ValueError("has no name of 1 to 255 characters")
    score = row.number("score")
    currency = row.currency()
    minor = row.minor("value", currency)
    context = _object(row.value("context"), "context")
    properties = row.rest() | _object(row.value("properties"), "properties")
    for added in _list(row.value("added")):  # by our export, for readers of the Segment shape
        properties.pop(added, None)
    return Incoming(
        source=row.setting.source,
        message_id=_message_id(row),
        type="import",
        name=name,
        channel=_one_of(row, "channel", _CHANNELS, "server"),
        direction=_one_of(row, "direction", _DIRECTIONS, "in"),
        actor=_one_of(row, "actor", _ACTORS, "customer"),
        occurred_us=at_us,
        received_us=row.setting.now_us,
        ids=row.ids(),
        value_minor=minor,
        currency="" if minor is None else currency,
        score_milli=None if score is None else round(score * 1000),
        properties=json_of(properties),
        context=json_of(context),
        traits=_object(row.value("traits"), "traits") or None,
        batch=row.setting.batch,
    )


def _message_id(row: Reading) -> str:
    own = row.id("message_id")
    return own or f"row:{row.digest()}:{row.line}"


def _one_of(row: Reading, name: str, allowed: frozenset[str], usual: str) -> str:
    text = text_of(row.value(name)).lower()  # "none" is a direction, not an empty cell
    if text and text not in allowed:
        raise ValueError(f"'{text}' is not a {name}: one of {', '.join(sorted(allowed))}")
    return text or usual


def _list(cell: Any) -> list[str]:
    try:
        listed = msgspec.json.decode(cell) if isinstance(cell, str) and cell else cell
    except msgspec.DecodeError:
        return []
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def _object(cell: Any, name: str) -> dict[str, Any]:
    if cell is None or cell == "":
        return {}
    try:
        thing = msgspec.json.decode(cell) if isinstance(cell, str) else cell
    except (msgspec.DecodeError, RecursionError):
        thing = None
    if not isinstance(thing, dict):
        raise ValueError(f"the {name} are not a JSON object")
    return thing


KIND = Kind(
    name="touchpoints",
    words="any event a row, with its name",
    fields=(
        *WHO,
        IDS,
        Field(
            "event",
            "word",
            (
                "event",
                "event name",
                "event type",
                "touchpoint",
                "action",
                "activity",
                "ereignis",
                "evenement",
                "evento",
            ),
        ),
        Field(
            "occurred_at",
            "date",
            (*WHEN, "event time", "event date", "event timestamp", "occurred", "original timestamp"),
        ),
        Field("message_id", "id", ("message id", "messageid", "event id", "uuid", "insert id"), 0.5),
        Field("channel", "word", ("channel", "kanal", "canal"), 0.3),
        Field("direction", "word", ("direction",), 0.3),
        Field("actor", "word", ("actor",), 0.3),
        Field("value", "number", ("value", "amount", "revenue", "total", "wert"), 0.3),
        CURRENCY,
        IDS,
        Field("score", "score", ("score", "rating"), 0.3),
        Field("properties", "json", ("properties", "props", "event properties", "payload"), 0.5),
        Field("context", "json", ("context",), 0.3),
        Field("added", "json", ("added",), 0.1),
        Field("traits", "json", ("traits",), 0.1),
    ),
    ours=frozenset(
        {"type", "seq", "person", "source", "source_kind", "receivedAt", "message_id", "value_minor", "score_milli"}
    ),
    needs=(WHO_NEEDED, ("event",), ("occurred_at",)),
    read=read,
)
