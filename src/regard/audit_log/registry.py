"""What holds something of a person, said by each stage in its `registry.py`; an export and an erasure go by this list.

A stage that adds a table, a file or a copy with a person in it adds one line to its own registry. A rule of the tests
finds the table that was forgotten. Nothing is imported here: the list is made of names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holding:
    """One table that holds something of people.

    `person` are the look-ups that lead to a person's number; a row with several speaks of several people. Such a row is
    erased with the first of them, and exported only to whom all of them belong (nothing of anybody else, promise D4),
    unless its `hidden` columns are all that tells of the other.
    """

    name: str  # of the file in an export
    title: str  # for people
    model: str  # "collect.Touchpoint"
    person: tuple[str, ...] = ("person_id",)
    also: tuple[str, ...] = ()  # look-ups shown beside the row's own columns
    hidden: tuple[str, ...] = ()  # columns never exported: what speaks of somebody else
    is_shared: bool = False  # exported though another person is in it, with `hidden` left out


@dataclass(frozen=True, slots=True)
class Copy:
    """Something outside of the tables that may hold people: a file, a cache, a columnar copy.

    `forget` takes the numbers of the origins that were erased and returns how many files it rewrote or dropped; it is
    called after the rows are gone.
    """

    name: str
    forget: Callable[[Sequence[int]], int]
