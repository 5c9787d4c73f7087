"""Writes of identity: whose message is it, merge, un-merge, and a person's word on proposals."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from regard.collect.contracts import Incoming
from regard.identify.accounts import join_accounts, tell_accounts
from regard.identify.joining import decide_proposal, lock_people_rows, merge_people, unmerge
from regard.identify.lookup import (
    lock_identity,
    look_up,
    look_up_forgotten,
    look_up_holdings,
    look_up_parted,
    needs_more,
)
from regard.identify.normalise import Key
from regard.identify.speaking import Speaks, ids_spoken_of
from regard.identify.stitching import ERASED, NOBODY, Known, Stitching, keys_to_look_up
from regard.identify.writing import write_stitched
from regard.kernel.issues import Refused
from regard.versions.selectors import active_playbook

__all__ = [
    "ERASED",
    "NOBODY",
    "company_country",
    "decide_proposal",
    "lock_people_rows",
    "merge_people",
    "resolve",
    "tell_accounts",
    "unmerge",
]


@transaction.atomic
def resolve(incomings: Sequence[Incoming], *, country: str | None = None) -> list[int]:
    """Return the origin person of each message: made, found, or stitched together, in the order given.

    ERASED (0) or NOBODY (negative) in place of a person says that the message must be dropped: it speaks of an erased
    person, or all its ids mean nobody. `country` (default: the company's) reads national phone numbers.

    1. Clean the ids; 2. read what the database knows of them, a handful of queries a batch; 3. place message by
    message in memory; 4. write what is new; 5. write down who belongs to which account.
    """
    speaks = list(ids_spoken_of(incomings, company_country() if country is None else country))
    wanted = keys_to_look_up(set(speaks))
    if wanted:
        lock_identity()
    known = look_up(wanted)
    _look_up_more(known, wanted, speaks)
    stitching = Stitching(known)
    origins = [
        incoming.origin if incoming.origin is not None else stitching.place(position, *speaks[position])
        for position, incoming in enumerate(incomings)
    ]
    real = write_stitched(incomings, stitching.found)
    if real:
        origins = [real.get(origin, origin) for origin in origins]
    join_accounts(incomings=incomings, origins=origins)
    return origins


def _look_up_more(known: Known, wanted: set[Key], speaks: list[Speaks]) -> None:
    """Read the rest only where the batch brings something new."""
    distinct = set(speaks)
    unknown = [key for key in wanted if key not in known.owner]
    if unknown:
        look_up_forgotten(known, unknown)
    gather, may_merge = needs_more(known, distinct)
    if gather:
        look_up_holdings(known, gather)
    if may_merge:
        look_up_parted(known, may_merge)


def company_country() -> str:
    """Return the company's country, or an empty text before the first playbook."""
    try:
        return active_playbook().playbook.company.country
    except Refused:  # no playbook yet: only international numbers are read
        return ""
