"""Writes of the profile: fields told by messages and by staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from regard.collect.contracts import Incoming, Recorded
from regard.collect.sequence import allot_sequence
from regard.identify.lookup import forgotten_among
from regard.identify.services import company_country, tell_accounts
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.playbooks.channels import held_as
from regard.profile.cards import OWNER, Change, apply_changes, catch_up, ensure_cards, rebuild_cards
from regard.profile.keeping import (
    add_note,
    add_tag,
    break_promise,
    keep_promise,
    make_promise,
    remove_tag,
)
from regard.profile.names import Value, fields_told, standard_fields

__all__ = [
    "absorb",
    "add_note",
    "add_tag",
    "assign_owner",
    "break_promise",
    "follow_people",
    "keep_promise",
    "make_promise",
    "rebuild_cards",
    "remove_tag",
    "set_field",
]


@transaction.atomic
def absorb(incomings: Sequence[Incoming], recorded: Sequence[Recorded], *, country: str | None = None) -> None:
    """Learn the fields told by messages that were recorded, each with its provenance; account traits too.

    Order-free: the newest by (occurred_at, seq) is current, whatever order messages arrive in. A duplicate tells nothing.

    1. Read names and values into their one form; 2. append the changes under fresh numbers and fold them into the cards;
    3. make the cards of those new people who told nothing, and follow joinings. In this order each card is written once.
    """
    if not incomings:
        return
    now_us = max(incoming.received_us for incoming in incomings)
    told = list(_told(incomings, recorded, company_country() if country is None else country))
    told = _without_erased(told)
    if told:
        first = allot_sequence(len(told))
        for number, change in enumerate(told):
            change.seq = first + number
        apply_changes(told, now_us)
    catch_up(now_us)
    tell_accounts(incomings=incomings, recorded=recorded)


def _told(incomings: Sequence[Incoming], recorded: Sequence[Recorded], country: str) -> Iterable[Change]:
    """Yield the changes messages tell; their numbers are still to come."""
    for incoming, row in zip(incomings, recorded, strict=True):
        if row.seq is None or row.origin <= 0:
            continue
        by = f"import:{incoming.batch}" if incoming.batch is not None else incoming.actor
        for name, value in fields_told(incoming, country):
            yield Change(
                0,
                row.origin,
                name,
                value,
                incoming.occurred_us,
                incoming.source,
                row.seq,
                by,
                incoming.batch,
            )


def _without_erased(told: list[Change]) -> list[Change]:
    """Leave out addresses of erased people that somebody else's message names (promise D6)."""
    addresses = {(kind, c.value) for c in told if (kind := held_as(c.name)) and isinstance(c.value, str)}
    gone = forgotten_among(addresses)
    return [c for c in told if (held_as(c.name), c.value) not in gone] if gone else told


@transaction.atomic
def follow_people(*, now: datetime) -> None:
    """Bring the cards up to the newest people and joinings; call after a merge or un-merge, in its transaction."""
    catch_up(to_us(now))


@transaction.atomic
def set_field(*, person: int, name: str, value: Value, by: str, now: datetime, touchpoint: int | None = None) -> None:
    """Set one field on a colleague's or the person's own word (`by`: "staff:<id>", "customer"); None takes it away.

    Raises Refused where the value is not what the field can be.
    """
    formed = dict(standard_fields({name: value}, company_country()))
    if len(formed) != 1 or any(key.endswith("_as_told") for key in formed):
        raise Refused(Issue(name, f"'{value}' is not a {name.replace('_', ' ')}", code="bad_value"))
    at = to_us(now)
    ensure_cards([person], at)
    ((standard, kept),) = formed.items()
    seq = allot_sequence()
    apply_changes([Change(seq, person, standard, kept, at, touchpoint=touchpoint, by=by)], at)


@transaction.atomic
def assign_owner(*, person: int, owner: int | None, by: str, now: datetime) -> None:
    """Say which colleague looks after a person (None: nobody)."""
    at = to_us(now)
    ensure_cards([person], at)
    seq = allot_sequence()
    apply_changes([Change(seq, person, OWNER, owner, at, by=by)], at)
