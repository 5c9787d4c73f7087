"""A file as rows: CSV, NDJSON and Parquet behind one shape, streamed, nothing dropped in silence.

Every row comes as (line, cells, problem). A row that cannot be cut into cells comes with its problem in words, so the
caller can put it aside; the rows after it are read as if it had not been there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow.parquet as pq

from regard.collect.importing.disarm import rearm
from regard.collect.importing.survey import FileSurvey, open_text

Row = tuple[int, list[Any], str]  # line in the file (1 is the first), cells, problem ("" where there is none)
LONGEST_LINE = 1 << 20  # characters; a line beyond is put aside instead of being held in memory
_MOST_COLUMNS = 500
_PARQUET_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: its columns and a way to read its rows from the start."""

    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    about_rows: int  # how many rows to expect, for the progress bar
    delimiter: str = ""
    has_header: bool = True


def csv_table(survey: FileSurvey, columns: tuple[str, ...], delimiter: str, has_header: bool) -> Table:
    """Return the table of a delimited text file whose shape is known."""

    def rows() -> Iterator[Row]:
        for line, cells, problem in raw_csv_rows(survey, delimiter, skip_header=has_header):
            if not problem:
                problem = _shape_problem(cells, len(columns))
            yield line, cells, problem

    return Table(columns, rows, max(survey.lines - has_header, 1), delimiter, has_header)


def raw_csv_rows(survey: FileSurvey, delimiter: str, *, skip_header: bool) -> Iterator[Row]:
    """Yield every row of the text, empty lines left out.

    1. A record that the CSV rules refuse (a quote that never closes, text after one) costs its first line only:
       the lines read with it are given back and read again.
    2. A line of more than a mebibyte is put aside piece by piece, so memory stays bounded.
    """
    with open_text(survey) as text:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        to_skip = skip_header
        while True:
            lines.begin_record()
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, [lines.give_back_all_but_first()], f"not readable as CSV: {error}"
                continue
            except _TooLongError as error:
                yield line, [error.start], f"the line is longer than {LONGEST_LINE:,} characters"
                continue
            if not cells:
                continue
            if to_skip:
                to_skip = False
                continue
            yield line, [rearm(cell) if cell[:1] == "'" else cell for cell in cells], ""


class _TooLongError(Exception):
    """A line without an end in sight; carries how it starts."""

    def __init__(self, start: str) -> None:
        super().__init__()
        self.start = start


class _Lines:
    """The lines of a text, with the current record's lines at hand so that they can be given back."""

    def __init__(self, text: Any) -> None:
        self._readline = text.readline
        self._again: list[str] = []
        self._record: list[str] = []
        self.number = 0

    def begin_record(self) -> None:
        """Forget the lines of the record before."""
        self._record = []

    def give_back_all_but_first(self) -> str:
        """Return the record's first line; the others will be read again."""
        first, *others = self._record or [""]
        self._again = others + self._again
        self.number -= len(others)
        return first.rstrip("\r\n")

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop(0) if self._again else self._readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= LONGEST_LINE and not line.endswith("\n"):
            rest = line
            while rest and not rest.endswith("\n"):
                rest = self._readline(LONGEST_LINE)
            raise _TooLongError(line[:200])
        self._record.append(line)
        return line


def _shape_problem(cells: list[Any], width: int) -> str:
    if len(cells) != width:
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) != width:
            return f"has {len(cells)} cells where the header has {width}"
    return text_problem("".join(cells))


def text_problem(text: str) -> str:
    """Return what keeps a text out of the store, or ""."""
    if "\0" in text:
        return "holds a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "holds bytes that do not fit the file's encoding"
    return ""


def ndjson_table(survey: FileSurvey) -> Table:
    """Return the table of a file with one JSON object a line; its columns are every key that occurs."""
    columns: dict[str, None] = {}
    count = 0
    for _, thing, problem in _objects(survey):
        count += 1
        if not problem and len(columns) < _MOST_COLUMNS:
            columns.update(dict.fromkeys(thing))
    names = tuple(columns)[:_MOST_COLUMNS]

    def rows() -> Iterator[Row]:
        for line, thing, problem in _objects(survey):
            yield line, [thing] if problem else [thing.get(name) for name in names], problem

    return Table(names, rows, count)


def _objects(survey: FileSurvey) -> Iterator[tuple[int, Any, str]]:
    with open_text(survey) as text:
        lines = _Lines(text)
        while True:
            lines.begin_record()
            line = lines.number + 1
            try:
                raw = next(lines)
            except StopIteration:
                return
            except _TooLongError as error:
                yield line, error.start, f"the line is longer than {LONGEST_LINE:,} characters"
                continue
            if raw.strip():
                yield line, *_object_of(raw)


def _object_of(raw: str) -> tuple[Any, str]:
    raw = raw.strip()
    problem = text_problem(raw)
    if problem:
        return raw, problem
    try:
        thing = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        return raw, f"not readable as JSON: {error}"
    if not isinstance(thing, dict):
        return raw, "is JSON, but not an object"
    if "\\u0000" in raw:
        return raw, "holds a NUL character"
    return thing, ""


def parquet_table(survey: FileSurvey) -> Table:
    """Return the table of a Parquet file, read in small batches of rows."""
    with pq.ParquetFile(survey.path) as file:
        columns = tuple(file.schema_arrow.names)
        count = file.metadata.num_rows

    def rows() -> Iterator[Row]:
        line = 0
        with pq.ParquetFile(survey.path, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    line += 1
                    yield (
                        line,
                        list(cells),
                        text_problem("".join(c for c in cells if type(c) is str)),
                    )

    return Table(columns, rows, count)
