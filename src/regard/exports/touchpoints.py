"""The log as lines: one object a touchpoint in the shape of the Segment spec, with what that shape cannot say beside it.

`type, event, userId, anonymousId, timestamp, messageId, properties, context` are the spec's; `message_id` is messageId again,
under the name the rest of the product uses. A declared value or score that the properties do not tell is added to them for
readers of the spec, and `added` names what was, so that our own import takes it away again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from django.db import connection

from regard.collect.among import among
from regard.kernel.instant import from_us
from regard.kernel.money import to_decimal

_PAGE = 2_000
_COLUMNS = (
    "t.seq, t.message_id, t.origin, t.occurred_at, t.received_at, t.name, t.channel, t.direction, t.actor, t.value_minor, "
    "t.currency, t.score_milli, t.properties, t.context, s.name, s.kind"
)
_VALUES = ("total", "revenue", "value", "price")
CSV_COLUMNS = (
    "type",
    "event",
    "userId",
    "anonymousId",
    "ids",
    "timestamp",
    "receivedAt",
    "messageId",
    "message_id",
    "seq",
    "person",
    "source",
    "source_kind",
    "channel",
    "direction",
    "actor",
    "value",
    "value_minor",
    "currency",
    "score",
    "score_milli",
    "properties",
    "context",
    "added",
    "traits",
)


def touchpoint_lines(*, after: int = 0) -> Iterator[dict[str, Any]]:
    """Yield every touchpoint in the order of the log, read page by page."""
    while page := _page(after):
        after = page[-1][0]
        ids = _ids_of({row[2] for row in page})
        traits = _traits_of([row[0] for row in page if row[5] == "Identified"])
        for row in page:
            yield _line(row, ids.get(row[2], ("", [])), traits.get(row[0]))


def _page(after: int) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM collect_touchpoint t JOIN collect_source s ON s.id = t.source_id "  # noqa: S608
            "WHERE t.seq > %s ORDER BY t.seq LIMIT %s",
            [after, _PAGE],
        )
        page: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return page


def _ids_of(origins: set[int]) -> dict[int, tuple[str, list[tuple[str, str]]]]:
    """Return for each origin the public id of its person and the ids that hang on it."""
    sql, bound = among(origins)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, COALESCE(q.public_id, p.public_id) FROM identify_person p LEFT JOIN identify_person q "  # noqa: S608
            f"ON q.id = p.survivor_id WHERE p.id {sql}",
            [bound],
        )
        people: dict[int, tuple[str, list[tuple[str, str]]]] = {
            origin: (f"per_{str(public).replace('-', '')}", []) for origin, public in cursor.fetchall()
        }
        cursor.execute(
            f"SELECT person_id, kind, value FROM identify_identifier WHERE person_id {sql} ORDER BY id",  # noqa: S608
            [bound],
        )
        for origin, kind, value in cursor.fetchall():
            people[origin][1].append((kind, value))
    return people


def _traits_of(seqs: list[int]) -> dict[int, dict[str, Any]]:
    """Return the fields told with these touchpoints."""
    if not seqs:
        return {}
    sql, bound = among(seqs)
    found: dict[int, dict[str, Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.touchpoint_seq, f.name, f.value FROM collect_touchpoint t JOIN profile_fieldchange f "  # noqa: S608
            f"ON f.person_id = t.origin AND f.touchpoint_seq = t.seq WHERE t.seq {sql} ORDER BY f.seq",
            [bound],
        )
        for seq, name, value in cursor.fetchall():
            found.setdefault(seq, {})[name] = None if value is None else msgspec.json.decode(value)
    return found


def _line(
    row: tuple[Any, ...], who: tuple[str, list[tuple[str, str]]], traits: dict[str, Any] | None
) -> dict[str, Any]:
    (
        seq,
        message_id,
        _,
        occurred,
        received,
        name,
        channel,
        direction,
        actor,
        minor,
        currency,
        score,
        raw,
        context,
        source,
        kind,
    ) = row
    person, ids = who
    first = dict(reversed(ids))
    properties, added = _properties(raw, minor, currency, score)
    line: dict[str, Any] = {
        "type": "track" if traits is None else "identify",
        "event": name,
        "userId": first.get("user_id"),
        "anonymousId": first.get("anonymous_id"),
        "ids": [{"type": k, "id": v} for k, v in ids],
        "timestamp": _iso(occurred),
        "receivedAt": _iso(received),
        "messageId": message_id,
        "message_id": message_id,
        "seq": seq,
        "person": person,
        "source": source,
        "source_kind": kind,
        "channel": channel,
        "direction": direction,
        "actor": actor,
        "value": None if minor is None else str(to_decimal(minor, currency)),
        "value_minor": minor,
        "currency": currency or None,
        "score": None if score is None else score / 1000,
        "score_milli": score,
        "properties": properties,
        "context": msgspec.Raw(context.encode()),
        "added": added,
    }
    if traits is not None:
        line["traits"] = traits
    return line


def _properties(raw: str, minor: int | None, currency: str, score: int | None) -> tuple[Any, list[str]]:
    if minor is None and score is None:
        return msgspec.Raw(raw.encode()), []
    properties = msgspec.json.decode(raw)
    added: dict[str, Any] = {}
    if minor is not None and not any(name in properties for name in _VALUES):
        added["total"] = float(to_decimal(minor, currency))
        if "currency" not in properties:
            added["currency"] = currency
    if score is not None and "score" not in properties and "rating" not in properties:
        added["score"] = score / 1000
    return (properties | added, list(added)) if added else (msgspec.Raw(raw.encode()), [])


def _iso(us: int) -> str:
    return from_us(us).isoformat().replace("+00:00", "Z")
