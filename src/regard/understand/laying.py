"""Lay the inputs of a plan out on a bench: the log from its columnar copy, everything else from the store."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from regard.engine.store import Workbench
from regard.engine.understanding import Understanding
from regard.understand.copy_of_log import OpenLog
from regard.understand.reading import (
    Family,
    read_accounts,
    read_consents,
    read_contacts,
    read_family,
    read_fields,
    read_people,
)


def lay_inputs(
    bench: Workbench, understanding: Understanding, log: OpenLog, scope: Iterable[int] | None = None,
    more_paths: tuple[str, ...] = (),
) -> int:  # fmt: skip
    """Lay every input of the plan out, for everybody or the surviving people of `scope`; return how many there are."""
    at, folds, paths = (
        understanding.at,
        understanding.folds,
        sorted({*understanding.scan.paths(), *more_paths}),
    )
    family = read_family(at.upto)
    accounts = read_accounts(at, family)
    wanted = None if scope is None else sorted(set(scope))
    origins = None if wanted is None else origins_behind(wanted, family, understanding, accounts)
    people = read_people(at, family, wanted)
    bench.lay("people", people)
    bench.lay("moved", family.table())
    log.lay(
        bench,
        paths,
        None if origins is None else pa.table({"origin": pa.array(origins, pa.int64())}),
    )
    bench.lay("fields", read_fields(folds, origins))
    bench.lay("consents", read_consents(folds, wanted))
    bench.lay("contacts", read_contacts(folds, wanted))
    bench.lay("account_of", accounts)
    return int(people.num_rows)


def origins_behind(
    people: list[int], family: Family, understanding: Understanding, accounts: pa.Table
) -> list[int]:
    """Return every origin whose touchpoints bear on these people: their own, and their accounts' where traits ask."""
    inside = set(people)
    if understanding.asks_accounts:
        inside |= colleagues(inside, accounts)
    return sorted(inside | {origin for origin, person in family.moved.items() if person in inside})


def colleagues(people: set[int], accounts: pa.Table) -> set[int]:
    """Return everybody who shares an account with one of these people."""
    members = dict(
        zip(
            accounts.column("person").to_pylist(),
            accounts.column("account").to_pylist(),
            strict=True,
        )
    )
    shared = {members[person] for person in people if person in members}
    return {person for person, account in members.items() if account in shared}
