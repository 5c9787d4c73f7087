"""Reads of the profile: cards, fields with their provenance, people by name, promises due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from regard.collect.among import among
from regard.collect.models import Source
from regard.collect.values import read_values
from regard.identify.models import Identifier, Person
from regard.identify.selectors import families_of, origins_of, public_ids_of, survivor_of
from regard.playbooks.channels import REACHED_BY
from regard.profile.cards import OWNER
from regard.profile.contracts import NoteRow, PromiseRow, TagRow
from regard.profile.models import Card, FieldChange, Note, Promise, Tag
from regard.profile.searching import Found as Found
from regard.profile.searching import search_people as search_people

LOOK_AHEAD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What lists and the head of a page show of a person."""

    person: int
    public_id: str
    name: str
    fields: dict[str, object]
    owner: int | None
    tags: tuple[str, ...]

    @property
    def email(self) -> str:
        """The e-mail address, or an empty text."""
        return str(self.fields.get("email") or "")


def person_card(person: int) -> PersonCard:
    """Return the card of a person (any origin may be given). Raises Person.DoesNotExist."""
    return person_cards([survivor_of(person)])[0]


def person_cards(survivors: Iterable[int]) -> list[PersonCard]:
    """Return the cards of surviving people, in the order given; one without a card yet gets an empty one."""
    wanted = list(survivors)
    public = public_ids_of(wanted)
    cards = Card.objects.in_bulk(wanted)
    tags = _tags_of(wanted)
    return [
        _card(person, public[person], cards.get(person), sorted(tags.get(person, ())))
        for person in wanted
        if person in public
    ]


def _tags_of(survivors: list[int]) -> dict[int, set[str]]:
    """Return the tags of surviving people, those given to who was joined into them too."""
    origins = Person.objects.filter(Q(id__in=survivors) | Q(survivor_id__in=survivors))
    rows = Tag.objects.filter(person_id__in=origins.values("id"))
    tags: dict[int, set[str]] = {}
    for origin, survivor, name in rows.values_list("person_id", "person__survivor_id", "name"):
        tags.setdefault(survivor or origin, set()).add(name)
    return tags


def _card(person: int, public: str, card: Card | None, tags: list[str]) -> PersonCard:
    fallback = f"Visitor {public[-4:]}"
    if card is None:
        return PersonCard(person, public, fallback, {}, None, tuple(tags))
    fields = {name: value for name, value in card.fields.items() if name != OWNER}
    return PersonCard(person, public, card.display_name or fallback, fields, card.owner_id, tuple(tags))


def address_of(person: int, channel: str) -> str | None:
    """Return where to reach a person on a channel: the field told last, else the newest id of that kind, else None."""
    return addresses_of([person], channel).get(person)


def addresses_of(people: Iterable[int], channel: str) -> dict[int, str]:
    """Return where to reach each of these people on a channel; who cannot be reached on it is left out."""
    if channel not in REACHED_BY:
        return {}
    kind, name = REACHED_BY[channel]
    families = families_of(people)
    told = Card.objects.filter(person_id__in={family[0] for family in families.values()})
    cards = {card.person_id: card for card in told}
    ids: dict[int, tuple[tuple[int, int], str]] = {}
    rows = Identifier.objects.filter(
        person_id__in={origin for family in families.values() for origin in family},
        kind=kind,
    )
    for row in rows:
        ids[row.person_id] = max(ids.get(row.person_id, ((0, 0), "")), ((row.seq, row.id), row.value))
    found = {}
    for person, family in families.items():
        card = cards.get(family[0])
        if card is not None and isinstance(card.fields.get(name), str):
            found[person] = str(card.fields[name])
        elif card is None or name not in card.stamps:  # else taken away by who told us
            newest = max((ids[origin] for origin in family if origin in ids), default=None)
            if newest is not None:
                found[person] = newest[1]
    return found


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field's current value and who told it: the answer to "how do you know?"."""

    name: str
    value: object
    occurred_at: datetime
    by: str
    source: str
    origin: int
    touchpoint: int | None
    seq: int
    tellings: int


def fields_of(person: int, *, origins: Collection[int] = ()) -> list[FieldRow]:
    """Return the current fields of a person over all origins, each with its provenance, by name."""
    rows = FieldChange.objects.filter(person_id__in=origins or origins_of(person)).order_by("occurred_at", "seq")
    sources = dict(Source.objects.values_list("id", "name"))
    newest: dict[str, FieldChange] = {}
    tellings: dict[str, int] = {}
    for row in rows:
        newest[row.name] = row
        tellings[row.name] = tellings.get(row.name, 0) + 1
    return [
        FieldRow(
            row.name,
            row.value,
            row.occurred_at,
            row.by,
            sources.get(row.source_id or 0, "Regard"),
            row.person_id,
            row.touchpoint_seq,
            row.seq,
            tellings[row.name],
        )
        for _, row in sorted(newest.items())
        if row.value is not None and row.name != OWNER
    ]


def names_of(people: Iterable[int]) -> dict[int, str]:
    """Return what to call each of these surviving people."""
    sql, bound = among(people)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT person_id, display_name FROM profile_card WHERE person_id {sql}",  # noqa: S608
            [bound],
        )
        return dict(cursor.fetchall())


def due_promises(now: datetime) -> QuerySet[Promise]:
    """Return open promises due within two days or already late."""
    return Promise.objects.filter(state=Promise.State.OPEN, due_at__lte=now + LOOK_AHEAD)


def fields_now(person: int) -> dict[str, Any]:
    """Return the fields of a surviving person as they stand: name -> value."""
    return Card.objects.filter(person_id=person).values_list("fields", flat=True).first() or {}


def notes_of(
    origins: Collection[int],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
) -> list[NoteRow]:
    """Return the notes about a person, newest first; written at or after `since` and before `until`, where given."""
    rows = Note.objects.filter(person_id__in=origins)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return read_values(NoteRow, rows.order_by("-at", "-id")[:limit])


def promises_of(origins: Collection[int]) -> list[PromiseRow]:
    """Return the promises to a person: open ones first, the soonest due on top; then what was settled, newest first."""
    rows = read_values(PromiseRow, Promise.objects.filter(person_id__in=origins).order_by("-due_at")[:50])
    still_open = sorted((p for p in rows if p.state == Promise.State.OPEN), key=lambda p: p.due_at)
    return still_open + [p for p in rows if p.state != Promise.State.OPEN]


def promise_of(promise: int, origins: Collection[int]) -> PromiseRow | None:
    """Return one promise to a person, or None."""
    found = read_values(PromiseRow, Promise.objects.filter(pk=promise, person_id__in=origins))
    return found[0] if found else None


def promises_due_between(since: datetime, until: datetime) -> dict[str, int]:
    """Return how many promises fell due in (since, until], by state."""
    rows = Promise.objects.filter(due_at__gt=since, due_at__lte=until)
    return dict(rows.values_list("state").annotate(n=Count("id")))


def tags_of(origins: Collection[int]) -> list[TagRow]:
    """Return the tags of a person by name."""
    return read_values(TagRow, Tag.objects.filter(person_id__in=origins).order_by("name"))
