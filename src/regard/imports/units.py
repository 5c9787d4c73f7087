"""A unit of an import: one row, or all lines of one order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from regard.collect.contracts import Incoming


class Unit(msgspec.Struct, frozen=True, gc=False):
    """What a row, or the lines of one order, say as a message; or why it cannot be taken."""

    rows: int
    lines: Sequence[tuple[int, Sequence[Any]]]
    message: Incoming | None
    reason: str = ""
    consents: tuple[tuple[str, bool], ...] = ()  # (purpose, agreed), from the row's own columns
