"""Reads of identity: who speaks for whom, who is meant by a text, what a person is known by."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from regard.collect.among import among
from regard.identify.models import Identifier, Joining, JoinProposal, Person
from regard.identify.normalise import ANONYMOUS_ID, EMAIL, FOREIGN, PHONE, USER_ID, clean_key
from regard.kernel.ids import parse_public_id, public_id

PREFIX = "per"


def survivor_of(origin: int) -> int:
    """Return the person who speaks for this origin now (itself until a merge)."""
    survivor = Person.objects.filter(id=origin).values_list("survivor_id", flat=True).first()
    return survivor or origin


def survivors_of(origins: Iterable[int]) -> dict[int, int]:
    """Return origin -> surviving person, for those who exist."""
    sql, bound = among(set(origins))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, COALESCE(survivor_id, id) FROM identify_person WHERE id {sql}",  # noqa: S608
            [bound],
        )
        return dict(cursor.fetchall())


def origins_of(person: int) -> list[int]:
    """Return every origin behind a person, the survivor first; any of them may be given."""
    return origins_behind(survivor_of(person))


def origins_behind(survivor: int) -> list[int]:
    """Return every origin behind a surviving person, the survivor first."""
    joined = Person.objects.filter(survivor_id=survivor).order_by("id")
    return [survivor, *joined.values_list("id", flat=True)]


def who_speaks_for(public: uuid.UUID | None) -> QuerySet[Person]:
    """Return, as rows of nobody or one, the surviving person of a public id."""
    named = Person.objects.filter(public_id__in=[] if public is None else [public])
    return Person.objects.filter(id__in=named.values(speaker=Coalesce("survivor_id", "id")))


def speaker_of(public: uuid.UUID) -> int | None:
    """Return the surviving person of a public id, or None."""
    return who_speaks_for(public).values_list("id", flat=True).first()


def person_of_public(public: uuid.UUID) -> int | None:
    """Return the origin that carries a public id, or None."""
    return Person.objects.filter(public_id=public).values_list("id", flat=True).first()


def families_of(people: Iterable[int]) -> dict[int, list[int]]:
    """Return for each of these people or origins every origin behind them, in two queries."""
    survivors = survivors_of(people)
    families = {survivor: [survivor] for survivor in survivors.values()}
    joined = Person.objects.filter(survivor_id__in=families).exclude(id__in=families)
    for origin, survivor in joined.order_by("id").values_list("id", "survivor_id"):
        if survivor is not None:
            families[survivor].append(origin)
    return {person: families[survivor] for person, survivor in survivors.items()}


def public_id_of(person: int) -> str:
    """Return the public id (`per_...`) of a person. Raises Person.DoesNotExist."""
    return public_id(PREFIX, Person.objects.only("public_id").get(id=person).public_id)


def public_ids_of(people: Iterable[int]) -> dict[int, str]:
    """Return person -> public id, for those who exist."""
    rows = Person.objects.in_bulk(set(people))
    return {person: public_id(PREFIX, row.public_id) for person, row in rows.items()}


def people_page(*, after: int = 0, limit: int = 50) -> list[int]:
    """Return surviving people by id, those behind `after` (keyset: deep pages cost the same)."""
    rows = Person.objects.filter(id__gt=after).filter(Q(survivor=None) | Q(survivor_id=F("id")))
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def find_person(text: str, *, country: str = "") -> int | None:
    """Return the surviving person meant by a public id, an id of any kind (`kind:value` or bare), or None.

    A bare text is tried as public id, user id, e-mail, phone, anonymous id and foreign id, in this order.
    """
    text = text.strip()
    public = parse_public_id(PREFIX, text) or _bare_uuid(text)
    if public is not None:
        found = who_speaks_for(public).values_list("id", flat=True).first()
        if found is not None:
            return found
    for kind, value in _readings(text, country):
        owner = Identifier.objects.filter(kind=kind, value=value).values_list("person_id", flat=True).first()
        if owner is not None:
            return survivor_of(owner)
    foreign = Identifier.objects.filter(kind__in=_foreign_kinds(), value=text)
    owners = foreign.values_list("person_id", flat=True)[:2]
    return survivor_of(owners[0]) if len(owners) == 1 else None


def _foreign_kinds() -> list[str]:
    """Return the kinds of foreign ids there are, one step of the index a kind: a million ids are not read for this."""
    kinds: list[str] = []
    last: str | None = ""
    while last is not None:
        last = Identifier.objects.filter(kind__gt=last).order_by("kind").values_list("kind", flat=True).first()
        if last is not None and last.startswith(FOREIGN):
            kinds.append(last)
    return kinds


def _bare_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None


def _readings(text: str, country: str) -> list[tuple[str, str]]:
    kind, colon, value = text.partition(":")
    readings = [(kind, value)] if colon and kind in (USER_ID, EMAIL, PHONE, ANONYMOUS_ID) else []
    if text.startswith(FOREIGN):
        readings.append((text.rpartition(":")[0], text.rpartition(":")[2]))
    readings += [(kind, text) for kind in (USER_ID, EMAIL, PHONE, ANONYMOUS_ID)]
    return [key for kind, value in readings if (key := clean_key(kind, value, country)) is not None]


@dataclass(frozen=True, slots=True)
class KnownBy:
    """One id of a person and where it came from."""

    kind: str
    value: str
    origin: int
    source_id: int | None
    first_seen_at: datetime


def identifiers_of(person: int, *, origins: Collection[int] = ()) -> list[KnownBy]:
    """Return every id of a person over all origins (looked up where not given), oldest first."""
    whose = origins or origins_of(person)
    rows = Identifier.objects.filter(person_id__in=whose).order_by("seq", "id")
    return [KnownBy(r.kind, r.value, r.person_id, r.source_id, r.first_seen_at) for r in rows]


@dataclass(frozen=True, slots=True)
class JoinedWith:
    """One joining of a person's history, with its evidence in words."""

    seq: int
    kind: str
    survivor: int
    absorbed: int
    by: str
    at: datetime
    evidence: dict[str, object]
    words: str
    is_standing: bool


_RULES = {
    "seen_together": "the same message carried an id of both",
    "alias": "the client said that one id was the other person before",
    "same_id": "both were named with the same id",
}


def joinings_of(person: int, *, origins: Collection[int] = ()) -> list[JoinedWith]:
    """Return who was joined into this person and parted again, newest first."""
    origins = origins or origins_of(person)
    rows = list(Joining.objects.filter(absorbed_id__in=origins) | Joining.objects.filter(survivor_id__in=origins))
    undone = {row.undoes_id for row in rows if row.undoes_id is not None}
    return [
        JoinedWith(
            row.seq,
            row.kind,
            row.survivor_id,
            row.absorbed_id,
            row.by,
            row.at,
            row.evidence,
            _words(row),
            row.kind == Joining.Kind.MERGE and row.seq not in undone,
        )
        for row in sorted(rows, key=lambda row: -row.seq)
    ]


def _words(row: Joining) -> str:
    if row.kind == Joining.Kind.UNMERGE:
        return "A colleague parted them again"
    rule = _RULES.get(str(row.evidence.get("rule")))
    return f"Joined because {rule}" if row.by.startswith("rule:") and rule else "A colleague joined them"


def open_proposals(person: int | None = None, limit: int = 50, *, origins: Collection[int] = ()) -> list[JoinProposal]:
    """Return the proposals that wait for a person's word, newest first."""
    rows = JoinProposal.objects.filter(state=JoinProposal.State.OPEN).order_by("-id")
    if person is not None:
        origins = origins or origins_of(person)
        rows = rows.filter(one_id__in=origins) | rows.filter(other_id__in=origins)
    return list(rows[:limit])


def proposal_about(proposal: int, origins: Collection[int]) -> bool:
    """Say whether an open proposal speaks of one of these origins."""
    rows = JoinProposal.objects.filter(Q(one__in=origins) | Q(other__in=origins), pk=proposal, state="open")
    return rows.exists()
