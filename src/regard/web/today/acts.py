"""What a row's buttons do, and how each is taken back: as the room says whose row it is."""

from __future__ import annotations

from datetime import datetime

from regard.kernel.issues import Refused
from regard.room import RowVerb
from regard.rooms import ROOMS

_VERBS: dict[tuple[str, str], RowVerb] = {
    (waits.kind, name): verb for room in ROOMS for waits in room.waits for name, verb in waits.verbs.items()
}


def may_undo(*, kind: str, verb: str) -> bool:
    """Say whether what a button does can be taken back."""
    found = _VERBS.get((kind, verb))
    return found is not None and found.undo is not None


def do_row(*, kind: str, row_id: int, verb: str, by: int, now: datetime) -> str | None:
    """Do what the button says; return the words of the toast, or None where there is no such row or verb."""
    found = _VERBS.get((kind, verb))
    try:
        return found.do(row_id, f"staff:{by}", now) if found else None
    except Refused:
        return None


def undo_row(*, kind: str, row_id: int, verb: str, by: int, now: datetime) -> bool:
    """Take back what `do_row` did; False where there is nothing to take back."""
    found = _VERBS.get((kind, verb))
    try:
        return found.undo(row_id, f"staff:{by}", now) if found and found.undo else False
    except Refused:
        return False
