"""Hand out everything held about one person: JSON and CSV for machines, a page for people, nothing of anybody else."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from regard.audit_log.registry import Holding
from regard.audit_log.services import record_entry
from regard.collect.importing.disarm import disarm
from regard.flow import absorb_journal
from regard.identify.models import Person
from regard.identify.selectors import origins_of, public_id_of
from regard.kernel.issues import Issue, Refused
from regard.privacy.holdings import HOLDINGS, columns_of, read_rows

Row = dict[str, object]
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What we hold about you</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}}
table{{border-collapse:collapse;display:block;overflow-x:auto}}th,td{{border:1px solid #ccc;padding:.3rem .6rem;
text-align:left;vertical-align:top;max-width:30rem;overflow-wrap:anywhere}}h2{{margin-top:2.5rem}}</style></head><body>
<h1>What we hold about you</h1>
<p>Made on {made} for {person}. The same is in <code>person.json</code> and in one CSV file a section.</p>
<ul>{contents}</ul>
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed out: the file, and how many rows of each kind."""

    file: Path
    person: str
    counts: dict[str, int]


def export_person(*, person: int, file: Path, by: str, now: datetime, origin: str = "") -> Exported:
    """Write everything held about a person into a zip file (0600), complete or not at all. Any origin may be given.

    Raises Refused where there is no such person or the file exists already.
    """
    if not Person.objects.filter(id=person).exists():
        raise Refused(Issue("person", "there is no such person", code="not_found"))
    if file.exists():
        raise Refused(Issue(str(file), "exists already", hint="name another file"))
    absorb_journal(now=now)
    origins = origins_of(person)
    public = public_id_of(origins[0])
    aside = file.with_name(file.name + ".part")
    aside.unlink(missing_ok=True)
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with ZipFile(aside, "w", ZIP_DEFLATED) as archive:
            counts = write_archive(archive, origins, public, now)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    record_entry(by=by, verb="export person", object_type="person", object_id=public, now=now, origin=origin)
    return Exported(file, public, counts)


def write_archive(archive: ZipFile, origins: list[int], public: str, now: datetime) -> dict[str, int]:
    """Write every holding in its three forms, each streamed; return the number of rows by holding."""
    counts: dict[str, int] = {}
    for holding in HOLDINGS:
        counts[holding.name] = _write(archive, f"{holding.name}.csv", _csv(holding, origins))
    _write(archive, "person.json", _json(origins, public, now, counts))
    _write(archive, "index.html", _html(origins, public, now, counts))
    return {name: number for name, number in counts.items() if number}


def _write(archive: ZipFile, name: str, pieces: Iterable[str]) -> int:
    """Write text piece by piece; return how many pieces came after the first."""
    number = -1
    with (
        archive.open(name, "w") as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
    ):
        for piece in pieces:
            text.write(piece)
            number += 1
    return max(number, 0)


def _csv(holding: Holding, origins: list[int]) -> Iterator[str]:
    """Yield the head, then one piece a row, disarmed so that no spreadsheet runs a cell."""
    columns = columns_of(holding)
    line = _csv_line()
    yield line(columns)
    for row in read_rows(holding, origins):
        yield line(disarm(_cell(row[column])) for column in columns)


def _csv_line() -> Callable[[Iterable[str]], str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(cells: Iterable[str]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(cells)
        return buffer.getvalue()

    return line


def _json(origins: list[int], public: str, now: datetime, counts: dict[str, int]) -> Iterator[str]:
    head = {"version": 1, "person": public, "made_at": now.isoformat(), "rows": counts}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "held": {'
    for number, holding in enumerate(HOLDINGS):
        yield f"{', ' if number else ''}\n{json.dumps(holding.name)}: ["
        for place, row in enumerate(read_rows(holding, origins)):
            yield f"{',' if place else ''}\n{json.dumps(row, ensure_ascii=False, default=_plain)}"
        yield "]"
    yield "}}\n"


def _html(origins: list[int], public: str, now: datetime, counts: dict[str, int]) -> Iterator[str]:
    shown = [holding for holding in HOLDINGS if counts[holding.name]]
    contents = "".join(f'<li><a href="#{h.name}">{escape(h.title)}</a> ({counts[h.name]})</li>' for h in shown)
    yield _PAGE.format(made=escape(now.strftime("%-d %B %Y")), person=escape(public), contents=contents)
    for holding in shown:
        columns = columns_of(holding)
        heads = "".join(f"<th>{escape(_words(column))}</th>" for column in columns)
        yield f'<h2 id="{holding.name}">{escape(holding.title)}</h2><table><thead><tr>{heads}</tr></thead><tbody>\n'
        for row in read_rows(holding, origins):
            cells = "".join(f"<td>{escape(_cell(row[column]))}</td>" for column in columns)
            yield f"<tr>{cells}</tr>\n"
        yield "</tbody></table>\n"
    yield "</body></html>\n"


def _words(column: str) -> str:
    return column.replace("__", " ").replace("_", " ")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(_plain(value))


def _plain(value: object) -> object:
    """Return what JSON has no form for as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
