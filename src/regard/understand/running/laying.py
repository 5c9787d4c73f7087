"""Lay the inputs of a plan out on a bench: the log from its columnar copy or, of few people, from the store; the rest too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import property_column, with_properties
from regard.engine.bench.store import Workbench
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.touchpoints import LOG_COLUMNS
from regard.kernel.sql import Sql
from regard.understand.running.readers import READERS
from regard.understand.running.readers.base import Laying, Log
from regard.understand.running.readers.people import ACCOUNTS, Family, read_accounts, read_family, read_people
from regard.understand.running.readers.touchpoints import read_log_of

# So many people's touchpoints are read from the store by their index; of more, the columnar copy is read whole
# (docs/decisions/0007-few-people-from-the-store.md).
FEW = 1_000


@dataclass(frozen=True, slots=True)
class LogOfFew:
    """The touchpoints of few origins, read from the operational store when they are laid out."""

    upto: int
    codes: Codes = field(default_factory=Codes)

    def lay(self, bench: Workbench, paths: Sequence[str], origins: pa.Table | None = None) -> None:
        """Lay `log` out with the touchpoints of `origins`, which must be given."""
        if origins is None:
            raise ValueError("of everybody the log is read from its copy")
        some = origins.column("origin").to_pylist()
        rows = read_log_of(some, self.upto, self.codes, with_properties=bool(paths))
        bench.lay("rows_of_few", rows)
        names = ", ".join([*LOG_COLUMNS, *(f'"{property_column(p)}"' for p in paths)])
        source = with_properties(paths, "rows_of_few")
        bench.make("log_of_few", Sql(f"SELECT {names} FROM ({source.text}) rows_of_log"))
        bench.show("log", Sql("SELECT * FROM log_of_few"))


def lay_inputs(
    bench: Workbench,
    understanding: Understanding,
    log: Log,
    scope: Iterable[int] | None = None,
    more_paths: tuple[str, ...] = (),
) -> int:
    """Lay every input of the plan out, for everybody or the surviving people of `scope`; return how many there are."""
    at, wanted = understanding.at, None if scope is None else sorted(set(scope))
    family = family_about(wanted, understanding)
    accounts = read_accounts(at, family) if understanding.asks_accounts else ACCOUNTS.empty_table()
    origins = None if wanted is None else origins_behind(wanted, family, understanding, accounts)
    people = read_people(at, family, wanted)
    bench.lay("people", people)
    bench.lay("moved", family.table())
    laying = Laying(bench, understanding, log, family, wanted, origins, accounts, more_paths)
    for reader in READERS:
        reader.lay(laying)
    return int(people.num_rows)


def family_about(people: Iterable[int] | None, understanding: Understanding) -> Family:
    """Return who speaks for whom, of these people where that is all a plan asks about."""
    wanted = None if people is None else set(people)
    is_asked_little = wanted is not None and len(wanted) <= FEW and not understanding.asks_accounts
    return read_family(understanding.at.upto, wanted if is_asked_little else None)


def origins_behind(people: list[int], family: Family, understanding: Understanding, accounts: pa.Table) -> list[int]:
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
