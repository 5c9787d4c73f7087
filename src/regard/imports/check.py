"""A dry run: every row of the file read as an import would, nothing stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from regard.collect.importing.plan import ImportPlan
from regard.collect.importing.reading import Setting
from regard.collect.models import Source, Touchpoint
from regard.imports.run import units
from regard.imports.units import Unit
from regard.kernel.instant import to_us

_CHUNK = 500  # message ids looked up at once; SQLite takes so many in one question
_MOST_REASONS = 1_000
_QUOTED = re.compile(r"'.*'")


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """What an import of the file would do. `reasons` are the most frequent ones of the rejected rows.

    Reasons that differ by the value they quote are one, told with the first of them.
    """

    rows: int
    new: int
    known: int
    rejected: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class _Reason:
    """Why rows were rejected: the words of the first, and how many there are."""

    words: str
    rows: int


def check_file(
    *,
    plan: ImportPlan,
    folder: Path,
    now: datetime,
    source: str = "import",
    on_rows: Callable[[int, int], None] | None = None,
) -> ImportCheck:
    """Read the whole file and count what would become of its rows."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    source_id = Source.objects.filter(name=source).values_list("id", flat=True).first() or 0
    setting = Setting(source_id, None, to_us(now), plan.survey.sha256)
    rows = new = known = rejected = 0
    reasons: dict[str, _Reason] = {}
    with closing(units(plan, setting, folder)) as found:
        while chunk := list(islice(found, _CHUNK)):
            ids = {unit.message.message_id for unit in chunk if unit.message is not None}
            here = _here_already(source_id, ids)
            known += here
            new += len(ids) - here
            rows += sum(unit.rows for unit in chunk)
            rejected += _count_reasons(chunk, reasons)
            if on_rows is not None:
                on_rows(rows, plan.table.about_rows)
    common = sorted(reasons.values(), key=lambda one: (-one.rows, one.words))[:10]
    return ImportCheck(rows, new, known, rejected, tuple((one.words, one.rows) for one in common))


def _here_already(source: int, ids: set[str]) -> int:
    return Touchpoint.objects.filter(source_id=source, message_id__in=ids).count() if source and ids else 0


def _count_reasons(chunk: list[Unit], reasons: dict[str, _Reason]) -> int:
    rejected = 0
    for unit in chunk:
        if unit.message is None:
            rejected += unit.rows
            alike = _QUOTED.sub("'…'", unit.reason)
            if alike in reasons:
                reasons[alike].rows += unit.rows
            elif len(reasons) < _MOST_REASONS:
                reasons[alike] = _Reason(unit.reason, unit.rows)
    return rejected
