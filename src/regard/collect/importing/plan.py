"""The plan of an import: what the file is, what its columns mean, how it writes things. Guessed, shown, corrected.

1. survey: the bytes (coding, format);  2. shape: delimiter, heading, a sample of rows;  3. looks of each column;
4. kind and matches;  5. formats of dates and numbers;  6. what a person should look at before saying yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from regard.collect.importing.dates import ORDERS, DateFormat
from regard.collect.importing.kinds import KINDS
from regard.collect.importing.kinds.base import Kind
from regard.collect.importing.looks import Looks, look_at
from regard.collect.importing.matching import Match, match_columns, missing_words, strength
from regard.collect.importing.numbers import NumberFormat, guess_numbers
from regard.collect.importing.reading import CONSENT, Formats
from regard.collect.importing.rejects import LINE_COLUMN, REASON_COLUMN
from regard.collect.importing.shape import find_shape
from regard.collect.importing.survey import FileSurvey, survey_file
from regard.collect.importing.table import Table, ndjson_table, parquet_table
from regard.kernel.issues import Issue, Level, Refused

SAMPLE = 3_000


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who imports said; everything else is guessed."""

    kind: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)  # column -> field, "" keeps it unmatched
    delimiter: str = ""
    encoding: str = ""
    dates: str = ""  # dmy, mdy or ymd
    decimal: str = ""
    currency: str = ""
    zone: str = "UTC"
    country: str = "US"
    company_currency: str = "USD"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything needed to read the file row by row; equal for equal file and wishes."""

    survey: FileSurvey
    table: Table
    kind: Kind
    matches: tuple[Match, ...]
    formats: Formats
    looks: Mapping[str, Looks]
    issues: tuple[Issue, ...]

    @property
    def mapping(self) -> dict[str, str]:
        """Column -> field."""
        return {match.column: match.field for match in self.matches}

    @property
    def left_out(self) -> frozenset[str]:
        """Columns that tell nothing: those of our rejects file, and of our own export where the file is one."""
        columns = frozenset(self.table.columns)
        own = self.kind.ours if self.kind.ours <= columns else frozenset()
        return own | {LINE_COLUMN, REASON_COLUMN}

    @property
    def errors(self) -> tuple[Issue, ...]:
        """What keeps the import from starting."""
        return tuple(issue for issue in self.issues if issue.level is Level.ERROR)

    def as_json(self) -> dict[str, Any]:
        """Return what a batch keeps of the plan, and what tells one plan for a file from another."""
        return {
            "kind": self.kind.name,
            "columns": self.mapping,
            "encoding": self.survey.encoding,
            "delimiter": self.table.delimiter,
            "dates": {column: form.order for column, form in self.formats.dates.items()},
            "decimal": self.formats.numbers.decimal,
            "currency": self.formats.currency,
            "zone": self.formats.zone,
        }


def make_plan(path: Path, wishes: Wishes) -> ImportPlan:
    """Return the plan for a file. Raises Refused for a file that cannot be read at all or a wish that means nothing."""
    survey = survey_file(path)
    if wishes.encoding and survey.format != "parquet":
        survey = replace(survey, encoding=wishes.encoding)
    table = _open(survey, wishes.delimiter)
    fixed = _fixed(table.columns, wishes)
    sample = [cells for _, cells, problem in islice(table.rows(), SAMPLE) if not problem]
    looks = {
        name: look_at([cells[at] for cells in sample])
        for at, name in enumerate(table.columns)
        if name not in (LINE_COLUMN, REASON_COLUMN)
    }
    kind, matches = _choose_kind(looks, wishes.kind, fixed)
    formats = _formats(table.columns, kind, matches, looks, sample, wishes)
    issues = _issues(path, kind, matches, formats, looks, len(sample))
    return ImportPlan(survey, table, kind, tuple(matches), formats, looks, tuple(issues))


def _open(survey: FileSurvey, delimiter: str) -> Table:
    if survey.format == "parquet":
        return parquet_table(survey)
    if survey.format == "ndjson":
        return ndjson_table(survey)
    return find_shape(survey, delimiter)


def _fixed(columns: Sequence[str], wishes: Wishes) -> dict[str, str]:
    """Return the mapping asked for, its names checked, with the columns of our own rejects file left out."""
    known = {f.name for kind in KINDS.values() if wishes.kind in ("", kind.name) for f in kind.fields}
    mistakes = []
    for column, name in wishes.mapping.items():
        if column not in columns:
            mistakes.append(Issue("--map", f"the file has no column '{column}'", f"it has {', '.join(columns)}"))
        elif name and name not in known and not name.startswith(("foreign:", CONSENT)):
            mistakes.append(Issue("--map", f"there is no field '{name}'", f"one of {', '.join(sorted(known))}"))
    if wishes.kind and wishes.kind not in KINDS:
        mistakes.append(Issue("--kind", f"there is no kind '{wishes.kind}'", f"one of {', '.join(KINDS)}"))
    if wishes.dates and wishes.dates not in ORDERS:
        mistakes.append(Issue("--dates", f"'{wishes.dates}' is no order of dates", f"one of {', '.join(ORDERS)}"))
    if mistakes:
        raise Refused(*mistakes)
    return dict(wishes.mapping)


def _choose_kind(looks: Mapping[str, Looks], wanted: str, fixed: Mapping[str, str]) -> tuple[Kind, list[Match]]:
    tried = []
    for rank, kind in enumerate(KINDS.values()):
        if wanted in ("", kind.name):
            own = {
                c: f
                for c, f in fixed.items()
                if not f or f.startswith(("foreign:", CONSENT)) or f in {x.name for x in kind.fields}
            }
            matches = match_columns(kind, looks, own)
            tried.append((strength(kind, matches, looks) - len(fixed) + len(own), -rank, kind, matches))
    _, _, kind, matches = max(tried, key=lambda t: t[:2])
    if not wanted and all(score <= 0 for score, *_ in tried):
        kind, matches = KINDS["people"], match_columns(KINDS["people"], looks, fixed)
    return kind, matches


def _formats(
    columns: Sequence[str],
    kind: Kind,
    matches: Sequence[Match],
    looks: Mapping[str, Looks],
    sample: Sequence[Any],
    wishes: Wishes,
) -> Formats:
    looked = {f.name: f.looks for f in kind.fields}
    of_look = {m.column: looked.get(m.field, "") for m in matches}
    dates = {c: looks[c].dates or DateFormat("iso") for c, look in of_look.items() if look == "date"}
    if wishes.dates:
        dates = {c: DateFormat(wishes.dates) if f.order in ORDERS else f for c, f in dates.items()}
    at = [columns.index(c) for c, look in of_look.items() if look in ("number", "score")]
    numbers = guess_numbers(cells[i] for cells in sample for i in at)
    if wishes.decimal:
        numbers = NumberFormat(
            wishes.decimal,
            numbers.thousands if numbers.thousands != wishes.decimal else "",
            False,
            numbers.currency,
        )
    return Formats(
        dates=dates,
        numbers=numbers,
        currency=(wishes.currency or numbers.currency or wishes.company_currency).upper(),
        zone=wishes.zone,
        country=wishes.country,
        typed={c: look.type for c, look in looks.items() if look.type and c not in of_look},
        floated_ids=frozenset(c for c, look in of_look.items() if look == "id" and looks[c].is_floated),
    )


def _issues(
    path: Path,
    kind: Kind,
    matches: Sequence[Match],
    formats: Formats,
    looks: Mapping[str, Looks],
    rows: int,
) -> list[Issue]:
    where, columns = path.name, ", ".join(looks)
    found = []
    if not rows:
        hint = "is this a CSV, NDJSON or Parquet file with a heading?"
        found.append(Issue(where, "no row could be read", hint))
    for need in missing_words(kind, matches):
        likely = next((c for c in looks if c.lower().endswith(("id", "nr", "no", "number"))), None)
        such = f", such as --map '{likely}=user_id'" if likely and "user_id" in need else ""
        hint = f"name it with --map COLUMN=FIELD{such}; the file has {columns}"
        found.append(Issue(where, f"{kind.name} need a column for {need}", hint))
    return found + [
        Issue(where, message, hint, level=Level.WARNING, code="guess")
        for message, hint in _guesses(matches, formats, looks)
    ]


def _guesses(matches: Sequence[Match], formats: Formats, looks: Mapping[str, Looks]) -> Iterator[tuple[str, str]]:
    """Yield what was guessed and should be looked at, with the option that says otherwise."""
    for column, form in formats.dates.items():
        if form.is_guess:
            words = f"dates in '{column}' fit day-month and month-day; read as {form.words()}"
            yield words, "--dates mdy turns them round"
        elif looks[column].dates is None and looks[column].filled:
            hint = "rows without a readable date go to the rejects"
            yield f"'{column}' does not look like dates", hint
    if formats.numbers.is_guess:
        words = f"numbers fit two readings; read with {formats.numbers.words()}"
        yield words, "--decimal , or --decimal . decides"
    for match in matches:
        if match.confidence < 0.75 and looks[match.column].filled:
            words = f"'{match.column}' was taken for {match.field} ({match.confidence:.0%})"
            yield words, f"--map '{match.column}=' keeps it apart"
