"""Keep the cards: one a surviving person, following new people, joinings and every field told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db import connection

from regard.collect.among import among
from regard.collect.bulk import insert_rows
from regard.collect.models import Cursor
from regard.identify.models import Joining, Person
from regard.identify.selectors import survivors_of
from regard.profile.folding import Fold, display_name, search_texts

PEOPLE, JOININGS = "profile.people", "profile.joinings"
OWNER = "regard:owner"  # the field that names the colleague who looks after a person
_COLUMNS = "person_id, fields, stamps, display_name, search, search_last, owner_id, updated_at"


class Change(msgspec.Struct, gc=False):
    """One telling of one field, as it is written."""

    seq: int
    person: int
    name: str
    value: object
    occurred_us: int
    source: int | None = None
    touchpoint: int | None = None
    by: str = ""
    batch: int | None = None


@dataclass(slots=True)
class Cards:
    """The cards of some surviving people, changed in memory and written back at once."""

    folds: dict[int, Fold] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)

    def tell(self, survivor: int, change: Change) -> None:
        """Take a change into the card of the person it speaks of."""
        fold = self.folds.get(survivor)
        if fold is None:
            fold = self.folds[survivor] = Fold()
        if fold.tell(change.name, change.value, (change.occurred_us, change.seq)):
            self.touched.add(survivor)


def catch_up(now_us: int) -> None:
    """Make the cards of people made since the last time, and follow the joinings and partings since then."""
    _follow_joinings(now_us)
    position = _position(PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.created_seq, p.survivor_id FROM identify_person p
               LEFT JOIN profile_card c ON c.person_id = p.id
               WHERE p.created_seq > %s AND c.person_id IS NULL""",
            [position],
        )
        fresh = cursor.fetchall()
    if fresh:
        newest = max(row[1] for row in fresh)
        cards = Cards({row[0]: Fold() for row in fresh if row[2] is None})
        cards.touched.update(cards.folds)
        write_cards(cards, now_us)
        _move(PEOPLE, newest)


def _follow_joinings(now_us: int) -> None:
    position = _position(JOININGS)
    rows = list(
        Joining.objects.filter(seq__gt=position).order_by("seq").values_list("seq", "survivor_id", "absorbed_id")
    )
    if rows:
        rebuild_cards({person for _, *pair in rows for person in pair}, now_us)
        _move(JOININGS, rows[-1][0])


def rebuild_cards(people: Iterable[int], now_us: int) -> None:
    """Fold the cards of these people, and of all they are joined with, anew from their changes."""
    roots = set(survivors_of(people).values())
    sql, bound = among(roots)
    members: dict[int, int] = {root: root for root in roots}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, survivor_id FROM identify_person WHERE survivor_id {sql}",  # noqa: S608
            [bound],
        )
        members.update(cursor.fetchall())
        sql, bound = among(members)
        cursor.execute(f"DELETE FROM profile_card WHERE person_id {sql}", [bound])  # noqa: S608
        cursor.execute(
            f"SELECT seq, person_id, name, value, occurred_at FROM profile_fieldchange WHERE person_id {sql}",  # noqa: S608
            [bound],
        )
        rows = cursor.fetchall()
    cards = Cards({root: Fold() for root in roots})
    for seq, person, name, value, occurred_us in rows:
        told = None if value is None else msgspec.json.decode(value)
        cards.folds[members[person]].tell(name, told, (occurred_us, seq))
    cards.touched = roots
    write_cards(cards, now_us)


def read_cards(survivors: Iterable[int]) -> Cards:
    """Return the cards of these people, locked until the transaction ends."""
    sql, bound = among(survivors)
    lock = " ORDER BY person_id FOR UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, fields, stamps FROM profile_card WHERE person_id {sql}{lock}",  # noqa: S608
            [bound],
        )
        return Cards(
            {
                person: Fold(
                    msgspec.json.decode(fields),
                    {n: (at, seq) for n, (at, seq) in msgspec.json.decode(stamps).items()},
                )
                for person, fields, stamps in cursor.fetchall()
            }
        )


def write_cards(cards: Cards, now_us: int) -> None:
    """Write the touched cards back, with the name to show and the text to search."""
    if not cards.touched:
        return
    named = {person: display_name(cards.folds[person].fields, (), "") for person in cards.touched}
    ids, fallbacks = _names_behind({person for person, name in named.items() if not name})
    rows = []
    for person, own in named.items():
        fold = cards.folds[person]
        name = own or display_name(fold.fields, ids[person], fallbacks[person])
        is_named = own or name != fallbacks[person]
        search, search_last = search_texts(name, fold.fields) if is_named else ("", "")
        owner = fold.fields.get(OWNER)
        rows.append(
            (
                person,
                _json(fold.fields),
                _json(fold.stamps),
                name,
                search,
                search_last,
                owner if isinstance(owner, int) else None,
                now_us,
            )
        )
    _put_cards(rows)


def _put_cards(rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert cards, or write over those that are there: one statement for all on PostgreSQL, which counts each."""
    over = """ON CONFLICT (person_id) DO UPDATE SET fields = excluded.fields, stamps = excluded.stamps,
        display_name = excluded.display_name, search = excluded.search, search_last = excluded.search_last,
        owner_id = excluded.owner_id, updated_at = excluded.updated_at"""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            types = ("bigint", "text", "text", "text", "text", "text", "bigint", "bigint")
            arrays = ", ".join(f"%s::{name}[]" for name in types)
            cursor.execute(
                f"INSERT INTO profile_card ({_COLUMNS}) SELECT * FROM unnest({arrays}) {over}",  # noqa: S608
                [list(column) for column in zip(*rows, strict=True)],
            )
            return
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO profile_card ({_COLUMNS}) VALUES ({marks}) {over}", rows)  # noqa: S608


def _names_behind(people: set[int]) -> tuple[dict[int, list[tuple[str, str]]], dict[int, str]]:
    """Return the ids that can name a person, and what to call those who have none."""
    if not people:
        return {}, {}
    sql, bound = among(people)
    ids: dict[int, list[tuple[str, str]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT person_id, kind, value FROM identify_identifier
                WHERE person_id {sql} AND kind <> 'anonymous_id' ORDER BY id""",  # noqa: S608
            [bound],
        )
        for person, kind, value in cursor.fetchall():
            ids[person].append((kind, value))
        cursor.execute(f"SELECT id, public_id FROM identify_person WHERE id {sql}", [bound])  # noqa: S608
        fallbacks = {person: f"Visitor {str(public)[-4:]}" for person, public in cursor.fetchall()}
    return ids, fallbacks


def write_changes(changes: list[Change]) -> None:
    """Append field changes."""
    insert_rows(
        "profile_fieldchange",
        "seq, person_id, name, value, source_id, touchpoint_seq, by, batch_id, occurred_at",
        [
            (
                c.seq,
                c.person,
                c.name,
                None if c.value is None else _json(c.value),
                c.source,
                c.touchpoint,
                c.by,
                c.batch,
                c.occurred_us,
            )
            for c in changes
        ],
    )


def apply_changes(changes: list[Change], now_us: int) -> None:
    """Append changes and take them into the cards of the people who speak for their origins now."""
    survivors = survivors_of(change.person for change in changes)
    changes = [change for change in changes if change.person in survivors]
    write_changes(changes)
    cards = read_cards(set(survivors.values()))
    for change in changes:
        cards.tell(survivors[change.person], change)
    write_cards(cards, now_us)


def ensure_cards(people: Iterable[int], now_us: int) -> None:
    """Make missing cards of people; for those made outside of `resolve`."""
    wanted = Person.objects.filter(id__in=list(people), survivor_id=None, card=None).values_list("id", flat=True)
    cards = Cards({person: Fold() for person in wanted})
    cards.touched.update(cards.folds)
    write_cards(cards, now_us)


def _position(name: str) -> int:
    return Cursor.objects.filter(name=name).values_list("position", flat=True).first() or 0


def _move(name: str, position: int) -> None:
    Cursor.objects.update_or_create(name=name, defaults={"position": position})


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
