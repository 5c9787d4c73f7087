"""Who is in a filtered list: each filter knows its few people by number, or how to ask about one person.

A filter of up to `FEW` people is read whole; the list is then a sort of those. One of more stays a question that the walk
along the sort's index asks of each person it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from regard.act.models import HumanTask
from regard.directory.wanted import Wanted
from regard.identify.models import Person
from regard.identify.selectors import find_person
from regard.profile.models import Card, Promise, Tag
from regard.profile.selectors import search_people as search_cards
from regard.understand.selectors import shown_members

FEW = 5_000
FOUND = 2_000  # most people a search answers with


@dataclass(frozen=True, slots=True)
class Narrowed:
    """People by number where the filters leave few, else None and the questions to ask of each (of `person_id`)."""

    few: frozenset[int] | None
    asked: tuple[Q | Exists, ...]
    many: QuerySet[Any] | None = None  # rows to count where one filter leaves many
    is_cut: bool = False  # a search that found more than it answers with


def narrow(wanted: Wanted) -> Narrowed:
    """Read the filters: few people if any filter leaves few."""
    filters = [make(wanted) for make in _FILTERS]
    few: frozenset[int] | None = None
    asked: list[Q | Exists] = []
    for one in filters:
        if one is None:
            continue
        if one.few is not None:
            few = one.few if few is None else few & one.few
        else:
            asked += one.asked
    many = next((f.many for f in filters if f is not None and f.many is not None), None)
    is_one = sum(f is not None for f in filters) == 1
    is_cut = any(f is not None and f.is_cut for f in filters)
    return Narrowed(few, tuple(asked), many if is_one else None, is_cut)


def _of(rows: QuerySet[Any], question: Exists) -> Narrowed:
    people = list(rows.order_by().values_list("person_id", flat=True)[: FEW + 1])
    if len(people) <= FEW:
        return Narrowed(frozenset(people), ())
    return Narrowed(None, (question,), rows)


def _searched(wanted: Wanted) -> Narrowed | None:
    if not wanted.q:
        return None
    found = search_people(wanted.q, limit=FOUND)
    return Narrowed(frozenset(found), (), is_cut=len(found) == FOUND)


def _in_segment(wanted: Wanted) -> Narrowed | None:
    if not wanted.segment:
        return None
    members = shown_members().filter(segment=wanted.segment)
    return _of(members, Exists(members.filter(person_id=OuterRef("person_id"))))


def _owned(wanted: Wanted) -> Narrowed | None:
    if not wanted.owner.isdecimal():
        return None
    cards = Card.objects.filter(owner_id=int(wanted.owner[:18]))
    return _of(cards, Exists(cards.filter(person_id=OuterRef("person_id"))))


def _tagged(wanted: Wanted) -> Narrowed | None:
    if not wanted.tag:
        return None
    tags = Tag.objects.filter(name=wanted.tag)
    found = _of(tags, Exists(tags.filter(person_id=OuterRef("person_id"))))
    return found if found.few is None else Narrowed(frozenset(_survivors(found.few)), ())


def _in_need(wanted: Wanted) -> Narrowed | None:
    """Take people with an open promise, or with that or an open task."""
    if not wanted.needs:
        return None
    ids = set(Promise.objects.filter(state="open").values_list("person_id", flat=True)[:FOUND])
    if wanted.needs == "person":
        tasks = HumanTask.objects.filter(state="open")
        ids |= set(tasks.values_list("person_id", flat=True)[:FOUND])
    return Narrowed(frozenset(_survivors(ids)), ())


_FILTERS: tuple[Callable[[Wanted], Narrowed | None], ...] = (
    _searched,
    _in_segment,
    _owned,
    _tagged,
    _in_need,
)


def _survivors(ids: Iterable[int]) -> list[int]:
    rows = Person.objects.filter(id__in=ids).values_list("id", "survivor_id")
    return [survivor or own for own, survivor in rows]


def search_people(text: str, *, limit: int) -> list[int]:
    """Return surviving people whose name (first or last first), e-mail or other id begins with the text."""
    found = dict.fromkeys(f.person for f in search_cards(text, limit=limit))
    exact = find_person(text) if text else None
    if exact is not None:
        found.setdefault(exact)
    return list(found)[:limit]
