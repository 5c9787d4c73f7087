"""People: list, one by id, one by any identifier."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from regard.api.keys import READ
from regard.api.paging import Cursor, Limit, Paged, make_cursor, read_number
from regard.api.problems import Problem
from regard.identify.selectors import (
    find_person,
    identifiers_of,
    people_page,
    public_ids_of,
    survivor_of,
)
from regard.kernel.ids import parse_public_id
from regard.profile.selectors import PersonCard, person_card, person_cards
from regard.understand.selectors import segments_of, traits_of
from regard.versions.selectors import active_playbook

Identifier = Annotated[
    str,
    Query(
        max_length=320,
        description="An e-mail, user id or phone, or `kind:value`: only the person it belongs to.",
    ),
]
router = Router(tags=["people"], auth=READ)


class PersonLine(Schema):
    """A person as lists show them."""

    id: str = Field(description="`per_` and 32 hex digits.")
    name: str
    fields: dict[str, Any] = Field(description="Given traits, the newest telling of each.")
    tags: list[str]


class PeoplePage(Paged):
    """A page of people, oldest first."""

    items: list[PersonLine]


class KnownAs(Schema):
    """One identifier of a person."""

    kind: str
    value: str
    first_seen_at: datetime


class TraitShown(Schema):
    """A computed trait: its value (money in minor units, instants in microseconds since 1970), unit and words."""

    value: Any
    unit: str
    words: str


class PersonFull(PersonLine):
    """All we know of a person that is not a list of its own."""

    identifiers: list[KnownAs]
    segments: list[str]
    traits: dict[str, TraitShown] = Field(description="Computed traits, as last published.")


@router.get("/people", response=PeoplePage, summary="List people, or find one")
def list_people(request: HttpRequest, limit: Limit, cursor: Cursor, identifier: Identifier = "") -> Any:
    """Everybody known, oldest first. People joined into another are listed once, under the survivor.

    With `identifier` only the person it belongs to, or an empty page.
    """
    if identifier:
        found = find_person(identifier)
        return {"items": map(person_line, person_cards([survivor_of(found)])) if found else []}
    people = people_page(after=read_number(cursor), limit=limit + 1)
    shown = people[:limit]
    return {
        "items": [person_line(card) for card in person_cards(shown)],
        "next_cursor": make_cursor(shown[-1]) if len(people) > limit else None,
    }


@router.get("/people/{person_id}", response=PersonFull, summary="Get a person")
def get_person(request: HttpRequest, person_id: str) -> Any:
    """One person by id. The id of a person who was joined into another gives the survivor.

    For an e-mail address or another identifier ask `/people/by/{kind}/{value}` or `/people?identifier=`.
    """
    return _full(person_of(person_id))


@router.get("/people/by/{kind}/{path:value}", response=PersonFull, summary="Get a person by identifier")
def get_person_by_identifier(request: HttpRequest, kind: str, value: str) -> Any:
    """One person by `user_id`, `email`, `phone`, `anonymous_id` or `foreign:<system>`."""
    person = find_person(f"{kind}:{value}")
    if person is None or kind not in {known.kind for known in identifiers_of(person)}:
        raise Problem(404, "Nobody is known by this identifier.")
    return _full(person)


def person_of(person_id: str) -> int:
    """Return the surviving person of a public id. Raises Problem 404."""
    person = find_person(person_id) if parse_public_id("per", person_id) else None
    if person is None:
        raise Problem(
            404,
            "There is no person with this id. Ids are per_ and 32 hex digits; by an e-mail or another identifier ask "
            "/api/v1/people/by/{kind}/{value} or /api/v1/people?identifier=.",
        )
    return survivor_of(person)


def id_of_origins(origins: list[int]) -> dict[int, str]:
    """Return origin -> public id of who speaks for it."""
    survivors = {origin: survivor_of(origin) for origin in set(origins)}
    public = public_ids_of(survivors.values())
    return {origin: public.get(person, "") for origin, person in survivors.items()}


def person_line(card: PersonCard) -> dict[str, Any]:
    """Return a person as lists show them."""
    return {"id": card.public_id, "name": card.name, "fields": card.fields, "tags": list(card.tags)}


def _full(person: int) -> dict[str, Any]:
    playbook = active_playbook().playbook
    return {
        **person_line(person_card(person)),
        "identifiers": [
            {"kind": i.kind, "value": i.value, "first_seen_at": i.first_seen_at} for i in identifiers_of(person)
        ],
        "segments": [segment.name for segment in segments_of(person, playbook=playbook)],
        "traits": {
            trait.name: {"value": trait.value, "unit": str(trait.unit), "words": trait.words}
            for trait in traits_of(person, playbook=playbook)
        },
    }
