"""Where everything went: what an upgrade moved on purpose, and the comparison that finds whatever else is not there.

Nothing has to be said of a table and a column that keep their names: the same rows must be there, with the same values.
A migration that moves something adds an entry to `WENT`, under the name of the table as it was kept:

    "act_message": Went(
        to="act_message",                                   # the table's new name, where it has one
        columns={"signed_by": "sender_name"},               # old column -> new column
        changed={"counts": lambda value: value * 10},       # old column -> the value that must stand there now
        found={"decision_id": lambda row, now: now["act_request"].rows[row["id"]]["decision_id"]},
                                                            # old column -> where its value is read now (by old row)
        left_out={"basis": "worked out from the request"},  # old column -> why nobody misses it
    )

and one to `GROWS` where an upgrade itself may write new rows. Whatever is not said here and is not there is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.upgrades.store import Row, Rows, Table

SHOWN = 3  # faults of one sort told by name


@dataclass(frozen=True, slots=True)
class Went:
    """What became of a table, as far as it is no longer under its old names."""

    to: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    found: Mapping[str, Callable[[Row, Rows], Any]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


WENT: dict[str, Went] = {}
GROWS = {"staff_loginlink": "every start prints a new one"}
# Django's own books, which it writes anew at each migration.
DJANGOS = {"django_migrations", "django_content_type", "auth_permission"}


def faults(
    before: Rows, now: Rows, *, went: Mapping[str, Went] | None = None, grows: Mapping[str, str] | None = None
) -> list[str]:
    """Return in words what was there before and is not there now; nothing where all of it is."""
    went, grows = WENT if went is None else went, GROWS if grows is None else grows
    told = [f"{name} was never there: take it out of WENT" for name in went.keys() - before.keys()]
    for name, old in sorted(before.items()):
        if name in DJANGOS:
            continue
        where = went.get(name, Went())
        new = now.get(where.to or name)
        if new is None:
            told.append(f"table {where.to or name} is not there: {len(old.rows)} rows of {name} are lost")
            continue
        told += _faults_of_rows(name, old, new, may_grow=name in grows)
        for column in old.columns:
            told += _faults_of_column(name, column.name, old, new, where, now)
    return told


def _faults_of_rows(name: str, old: Table, new: Table, *, may_grow: bool) -> Iterator[str]:
    lost = [key for key in old.rows if key not in new.rows]
    if lost:
        yield f"{name}: {len(lost)} of {len(old.rows)} rows are lost, such as {lost[:SHOWN]}"
    more = [key for key in new.rows if key not in old.rows]
    if more and not may_grow:
        yield f"{name}: {len(more)} rows are new, such as {more[:SHOWN]}"


def _faults_of_column(name: str, column: str, old: Table, new: Table, where: Went, now: Rows) -> Iterator[str]:
    if column in where.left_out:
        return
    find = where.found.get(column)
    target = where.columns.get(column, column)
    if find is None and not new.has(target):
        yield f"{name}.{column} is not there: say in tests/upgrades/went.py where it went"
        return
    change = where.changed.get(column, lambda value: value)
    wrong = []
    for key, row in old.rows.items():
        if key in new.rows:
            wanted, stands = change(row[column]), find(row, now) if find else new.rows[key][target]
            if wanted != stands:
                wrong.append(f"{key}: {wanted!r} became {stands!r}")
    if wrong:
        yield f"{name}.{column}: {len(wrong)} values changed, such as {'; '.join(wrong[:SHOWN])}"
