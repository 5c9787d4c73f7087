"""People as lines: one object a person, their ids and every field known of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import connection

from regard.collect.among import among
from regard.kernel.instant import from_us

_PAGE = 2_000
_IDS = ("user_id", "email", "phone", "anonymous_id")


def person_lines() -> Iterator[dict[str, Any]]:
    """Yield every surviving person: `person`, the first id of each kind, the others in `ids`, then the fields."""
    after = 0
    while page := _page(after):
        after = page[-1][0]
        ids = _ids_of([row[0] for row in page])
        for person, public, created, fields in page:
            yield _line(public, created, fields, ids.get(person, []))


def field_names() -> list[str]:
    """Return the name of every field that anybody has, sorted: the columns of a CSV file."""
    names: set[str] = set()
    after = 0
    while page := _page(after):
        after = page[-1][0]
        for *_, fields in page:
            names.update(msgspec.json.decode(fields or "{}"))
    return sorted(n for n in names if n not in _IDS and not n.startswith("regard:"))


def columns() -> list[str]:
    """Return the columns of a CSV file of everybody."""
    return ["person", "created_at", *_IDS, "ids", *field_names()]


def _page(after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.public_id, p.created_at, c.fields FROM identify_person p LEFT JOIN profile_card c "
            "ON c.person_id = p.id WHERE p.id > %s AND p.survivor_id IS NULL ORDER BY p.id LIMIT %s",
            [after, _PAGE],
        )
        page: list[tuple[Any, ...]] = cursor.fetchall()
    return page


def _ids_of(people: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the ids of people, those of everybody merged into them included."""
    sql, bound = among(people)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COALESCE(p.survivor_id, p.id), i.kind, i.value FROM identify_identifier i JOIN identify_person p "  # noqa: S608
            f"ON p.id = i.person_id WHERE p.id {sql} OR p.survivor_id {sql} ORDER BY i.id",
            [bound, bound],
        )
        found: dict[int, list[tuple[str, str]]] = {}
        for person, kind, value in cursor.fetchall():
            found.setdefault(person, []).append((kind, value))
    return found


def _line(public: object, created: int, fields: str | None, ids: list[tuple[str, str]]) -> dict[str, Any]:
    first = dict(reversed(ids))
    shown = {(kind, first[kind]) for kind in _IDS if kind in first}
    known = msgspec.json.decode(fields or "{}")
    return {
        "person": f"per_{str(public).replace('-', '')}",
        "created_at": from_us(created).isoformat().replace("+00:00", "Z"),
        **{kind: first.get(kind) for kind in _IDS},
        "ids": [{"type": kind, "id": value} for kind, value in ids if (kind, value) not in shown],
        **{name: value for name, value in known.items() if name not in _IDS and not name.startswith("regard:")},
    }
