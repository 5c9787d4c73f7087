"""Find people by the start of a name, a last name or an id; made for a million people, page by page by keyset.

Every look is a range of an index. The pages go through three rows of matches, each in its own order: ids first (first
page only, a few), then names, then last names. Nobody is shown twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from regard.identify.normalise import EMAIL, PHONE, USER_ID

_LARGEST = "\U0010ffff"
_MOST_BY_ID = 10
_NAMES, _LAST_NAMES = "search", "search_last"
_ROWS = (_NAMES, _LAST_NAMES)


@dataclass(frozen=True, slots=True)
class Found:
    """One person found, the text they were found by, and the mark from which the next page goes on."""

    person: int
    name: str
    by: str
    mark: str


def search_people(text: str, *, after: str | None = None, limit: int = 50) -> list[Found]:
    """Return surviving people whose name, last name, e-mail, user id or phone starts with the text.

    `after` is the mark of the last one shown; a mark that is none is read as the start. Search is by what was typed:
    no character has a meaning of its own.
    """
    wanted = " ".join(text.replace("\0", "").lower().split())[:200]
    if not wanted:
        return []
    row, start, person = _read_mark(after, wanted)
    found = _by_ids(text.strip(), wanted) if after is None else []
    for number in range(row, len(_ROWS)):
        if len(found) >= limit:
            break
        found += _by_text(number, wanted, start, person, limit - len(found))
        start, person = wanted, 0
    return found[:limit]


def _read_mark(mark: str | None, wanted: str) -> tuple[int, str, int]:
    """Return (row of matches, text, person) to go on from."""
    row, _, rest = (mark or "").partition(".")
    person, _, text = rest.partition(".")
    if row in ("0", "1") and person.isascii() and person.isdecimal() and len(person) < 19 and text >= wanted:
        return int(row), text, int(person)
    return 0, wanted, 0


def _exactly(column: str) -> str:
    """Compare by code points on both databases, so that a prefix is a range."""
    return f'{column} COLLATE "C"' if connection.vendor == "postgresql" else column


def _by_text(row: int, prefix: str, start: str, person: int, limit: int) -> list[Found]:
    column, text = _ROWS[row], _exactly(_ROWS[row])
    values: list[str | int] = [start, prefix + _LARGEST, start, person]
    by_name_already = ""
    if column == _LAST_NAMES:
        name = _exactly(_NAMES)
        by_name_already = f"AND NOT ({name} >= %s AND {name} < %s)"
        values += [prefix, prefix + _LARGEST]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT person_id, display_name, {column} FROM profile_card
                WHERE {text} >= %s AND {text} < %s AND ({text} > %s OR person_id > %s) {by_name_already}
                ORDER BY {text}, person_id LIMIT %s""",  # noqa: S608 (columns are ours, values are bound)
            [*values, limit],
        )
        return [Found(p, name, by, f"{row}.{p}.{by}") for p, name, by in cursor.fetchall()]


def _by_ids(typed: str, wanted: str) -> list[Found]:
    """Look among the ids a colleague would type; those whose name matches too come with the names."""
    found: dict[int, Found] = {}
    text = _exactly("i.value")
    with connection.cursor() as cursor:
        for kind, value in ((EMAIL, typed.lower()), (USER_ID, typed), (PHONE, typed)):
            cursor.execute(
                f"""SELECT COALESCE(p.survivor_id, p.id), COALESCE(c.display_name, i.value), i.value,
                           COALESCE(c.search, ''), COALESCE(c.search_last, '')
                    FROM identify_identifier i JOIN identify_person p ON p.id = i.person_id
                    LEFT JOIN profile_card c ON c.person_id = COALESCE(p.survivor_id, p.id)
                    WHERE i.kind = %s AND {text} >= %s AND {text} < %s ORDER BY {text} LIMIT %s""",  # noqa: S608
                [kind, value, value + _LARGEST, _MOST_BY_ID],
            )
            for person, name, by, forwards, backwards in cursor.fetchall():
                if not forwards.startswith(wanted) and not backwards.startswith(wanted):
                    found.setdefault(person, Found(person, name, by, f"0.0.{wanted}"))
    return list(found.values())[:_MOST_BY_ID]
