"""Accounts (companies, households) and who belongs to them, from group messages; their traits fold order-free."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from django.db import connection

from regard.collect.among import among
from regard.collect.contracts import Incoming, Recorded
from regard.collect.sequence import allot_sequence
from regard.identify.models import Account, AccountMember
from regard.identify.normalise import FOREIGN, clean_key, clean_text
from regard.kernel.ids import uuid7
from regard.kernel.instant import from_us

LONGEST_TRAIT = 4_000  # characters of JSON


def join_accounts(*, incomings: Sequence[Incoming], origins: Sequence[int]) -> None:
    """Make the accounts these messages name and write down who belongs to them. Call inside a transaction."""
    joined: dict[tuple[str, int], Incoming] = {}
    for incoming, origin in zip(incomings, origins, strict=True):
        if incoming.group_id is not None and origin > 0:
            key = clean_key(FOREIGN + "account", incoming.group_id)
            if key is not None:
                joined.setdefault((key[1], origin), incoming)
    if not joined:
        return
    accounts = _accounts({external: incoming for (external, _), incoming in joined.items()})
    present = _members({person for _, person in joined})
    fresh = [
        (accounts[external], person, incoming)
        for (external, person), incoming in joined.items()
        if (accounts[external], person) not in present
    ]
    if fresh:
        seq = allot_sequence(len(fresh))
        AccountMember.objects.bulk_create(
            (
                AccountMember(
                    account_id=account,
                    person_id=person,
                    seq=seq + n,
                    since_at=from_us(i.occurred_us),
                )
                for n, (account, person, i) in enumerate(fresh)
            ),
            ignore_conflicts=True,
        )


def _members(people: set[int]) -> set[tuple[int, int]]:
    sql, bound = among(people)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT account_id, person_id FROM identify_accountmember WHERE person_id {sql}",  # noqa: S608
            [bound],
        )
        return set(cursor.fetchall())


def _accounts(wanted: dict[str, Incoming]) -> dict[str, int]:
    """Return the account of each external id, made where it is new."""
    found = _account_ids(list(wanted))
    missing = [(external, i) for external, i in wanted.items() if external not in found]
    if missing:
        Account.objects.bulk_create(
            (
                Account(
                    public_id=uuid7(i.received_us, os.urandom(10)),
                    external_id=external,
                    created_at=from_us(i.received_us),
                )
                for external, i in missing
            ),
            ignore_conflicts=True,
        )
        found |= _account_ids([external for external, _ in missing])
    return found


def _account_ids(external: list[str]) -> dict[str, int]:
    return dict(Account.objects.filter(external_id__in=external).values_list("external_id", "id"))


def tell_accounts(*, incomings: Sequence[Incoming], recorded: Sequence[Recorded]) -> None:
    """Fold the traits told of accounts: the newest by (occurred_at, seq) wins, whatever the order of arrival."""
    told: dict[str, list[tuple[int, int, dict[str, object]]]] = {}
    for incoming, row in zip(incomings, recorded, strict=True):
        if incoming.group_traits and incoming.group_id is not None and row.seq is not None:
            key = clean_key(FOREIGN + "account", incoming.group_id)
            if key is not None:
                told.setdefault(key[1], []).append((incoming.occurred_us, row.seq, incoming.group_traits))
    if not told:
        return
    changed = []
    for account in Account.objects.filter(external_id__in=list(told)).select_for_update():
        traits, stamps = dict(account.traits), dict(account.stamps)
        for occurred_us, seq, given in told[account.external_id]:
            for name, value in given.items():
                stamp = [occurred_us, seq]
                if stamp > stamps.get(name, [-(2**63), 0]) and _is_storable(value):
                    stamps[clean_text(name)[:80]] = stamp
                    traits[clean_text(name)[:80]] = value
        account.traits = {k: v for k, v in traits.items() if v is not None}
        account.stamps = stamps
        changed.append(account)
    Account.objects.bulk_update(changed, ["traits", "stamps"])


def _is_storable(value: object) -> bool:
    return len(json.dumps(value, default=str)) <= LONGEST_TRAIT
