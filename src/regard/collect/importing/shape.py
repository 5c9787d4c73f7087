"""The shape of a delimited file: which delimiter, and whether its first row is a heading."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from regard.collect.importing.dates import guess_dates
from regard.collect.importing.kinds import KINDS
from regard.collect.importing.matching import plain_heading
from regard.collect.importing.numbers import is_number
from regard.collect.importing.survey import FileSurvey
from regard.collect.importing.table import Table, csv_table, raw_csv_rows

_DELIMITERS = (",", ";", "\t", "|")
_TRIED = 300
_KNOWN = frozenset(
    heading
    for kind in KINDS.values()
    for field in kind.fields
    for heading in (field.name.replace("_", " "), *field.headings)
)


def find_shape(survey: FileSurvey, delimiter: str = "") -> Table:
    """Return the file as a table, with the delimiter given or the one that cuts its rows most evenly."""
    if not delimiter:
        delimiter = max(_DELIMITERS, key=lambda mark: _evenness(survey, mark))
    rows = _first_rows(survey, delimiter, 50)
    first = [str(cell) for cell in rows[0]] if rows else []
    has_header = _is_heading(first, rows[1:])
    names = first if has_header else [f"column {number}" for number in range(1, len(first) + 1)]
    return csv_table(survey, _unique(names), delimiter, has_header)


def _first_rows(survey: FileSurvey, delimiter: str, count: int) -> list[list[Any]]:
    rows = raw_csv_rows(survey, delimiter, skip_header=False)
    return [cells for _, cells, problem in islice(rows, count) if not problem]


def _evenness(survey: FileSurvey, delimiter: str) -> tuple[float, int]:
    """Return the share of rows that have the usual number of cells, and that number; one cell only is no cut."""
    widths = Counter(len(cells) for cells in _first_rows(survey, delimiter, _TRIED))
    if not widths:
        return 0.0, 0
    width, count = widths.most_common(1)[0]
    return (0.0, 0) if width < 2 else (round(count / widths.total(), 2), width)


def _is_heading(first: list[str], others: list[list[Any]]) -> bool:
    """A heading names columns: it is unlike the values below it, or uses words we know."""
    if not others:
        return True
    if any(plain_heading(cell) in _KNOWN for cell in first):
        return True
    if any(is_number(cell) or guess_dates([cell]) or "@" in cell for cell in first if cell):
        return False
    return len(set(first)) == len(first) and all(first)


def _unique(names: list[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    unique = []
    for at, name in enumerate(names, start=1):
        name = name.strip().lstrip("\ufeff") or f"column {at}"
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)
