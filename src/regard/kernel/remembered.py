"""What was made of a few large objects, kept while they are the same ones: a playbook's program, its compiled needs.

A cycle asks for these every time, and they change with the playbook only. Hashing a playbook costs what making them does,
so the object itself is the key, and it is held for as long as what was made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")
MOST = 8


class Remembered(Generic[Made]):
    """The newest few things made, each of one object (the very same) and a detail (equal)."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[object, Hashable, Made], ...] = ()

    def get(self, of: object, detail: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of this object and detail, or make it. It is shared: nobody may change it."""
        for owner, asked, made in self._kept:
            if owner is of and asked == detail:
                return made
        fresh = make()
        self._kept = ((of, detail, fresh), *self._kept[: MOST - 1])
        return fresh
