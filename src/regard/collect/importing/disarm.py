"""CSV cells that a spreadsheet would run: disarmed on the way out, put back on the way in (ASVS 1.2.10).

A cell that starts (after blanks) with = + - @ or their full-width forms, a tab or a carriage return gets a leading
apostrophe, which spreadsheets read as "this is text". A cell that already has that shape gets one more, so that
taking one away gives back exactly what was there. Plain negative numbers are no formula and stay.
"""

from __future__ import annotations

import re

_ARMED = re.compile(r"'*[ \u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")
_NUMBER = re.compile(r"-\d+(?:\.\d+)?")


def disarm(cell: str) -> str:
    """Return the cell as it may stand in a CSV file."""
    if cell and _ARMED.match(cell) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def rearm(cell: str) -> str:
    """Return what stood in the cell before `disarm`."""
    if cell[:1] == "'" and _ARMED.match(cell):
        return cell[1:]
    return cell
