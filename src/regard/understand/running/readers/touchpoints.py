"""Touchpoints read from the operational store: in parts for the columnar copy, by their people for a few."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.collect.among import among
from regard.collect.columns import (
    LOG,
    LOG_COLUMNS,
    RETRACTED_BETWEEN,
    RETRACTED_OF_PEOPLE_LEFT,
    TOUCHED,
)
from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import RAW, Row, code_rows
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.touchpoints import Touchpoints
from regard.engine.understanding.who_changes_with_time import Slides
from regard.understand.running.readers.base import Between, Laying, Reader, Times, is_there
from regard.understand.running.readers.people import ROWS_AT_ONCE
from regard.understand.running.workbench import kept_workbench

_BETWEEN = "seq > %s AND seq <= %s"
# What tells whom time passed over; the rest of a row is left where it is.
_WHEN = "seq, origin, occurred_at, name, '', '', '', NULL, '', NULL, '{}'"
_BARE = f"{LOG_COLUMNS}, '{{}}'"
_WHOLE = f"{LOG_COLUMNS}, properties"


class TouchpointReader(Reader):
    """The log and the accounts; who touched us, and over whose touchpoints a window slid."""

    source = Touchpoints
    touched = TOUCHED

    def lay(self, laying: Laying) -> None:
        """Lay `log` and `account_of`."""
        origins = laying.origins
        some = None if origins is None else pa.table({"origin": pa.array(origins, pa.int64())})
        laying.log.lay(laying.bench, sorted({*laying.understanding.paths(), *laying.more_paths}), some)
        laying.bench.lay("account_of", laying.accounts)

    def why_everybody(self, understanding: Understanding, between: Between) -> str:
        """What was taken back leaves no row that says whose it was; an erased person leaves nothing at all."""
        if not is_there(RETRACTED_BETWEEN, *between.numbers):
            return ""
        is_hidden = understanding.asks_accounts or is_there(RETRACTED_OF_PEOPLE_LEFT, *between.numbers)
        return "touchpoints were taken back" if is_hidden else ""

    def slid(self, understanding: Understanding, between: Between, times: Times) -> set[int]:
        """Return whose touchpoints changed sides of a window, or became a day older."""
        slides = Slides(understanding, between.before)
        with kept_workbench("times", few_rows=False) as bench:
            times.lay_times(bench)
            return set(bench.take(slides.log_sql()).column("origin").to_pylist())


def read_log(after: int, upto: int, codes: Codes, *, only_when: bool = False) -> list[pa.Table]:
    """Return the touchpoints numbered (after, upto] as tables of at most `ROWS_AT_ONCE` rows.

    `only_when`: of each row only its number, whose it is, when it happened and its name.
    """
    columns = _WHEN if only_when else _WHOLE
    return [table for part in _read_parts(columns, f"{_BETWEEN} ORDER BY seq", [after, upto], codes) for table in part]


def read_log_of(origins: Iterable[int], upto: int, codes: Codes, *, with_properties: bool) -> pa.Table:
    """Return the touchpoints of a few origins up to a number, by the index on them. Properties are read where asked."""
    inside, bound = among(set(origins))
    columns = _WHOLE if with_properties else _BARE
    tables = [
        table for part in _read_parts(columns, f"origin {inside} AND seq <= %s", [bound, upto], codes) for table in part
    ]
    return pa.concat_tables(tables) if tables else RAW.empty_table()


def read_in_parts(after: int, upto: int, codes: Codes, rows_a_part: int) -> Iterator[list[pa.Table]]:
    """Yield the touchpoints numbered (after, upto] in lists of tables, each list of about so many rows."""
    where = f"{_BETWEEN} ORDER BY seq"
    yield from _read_parts(_WHOLE, where, [after, upto], codes, rows_a_part)


def _read_parts(
    columns: str, where: str, bound: list[Any], codes: Codes, rows_a_part: int = ROWS_AT_ONCE
) -> Iterator[list[pa.Table]]:
    tables: list[pa.Table] = []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {LOG} WHERE {where}", bound)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            tables.append(code_rows(_as_rows(rows), codes))
            if len(tables) * ROWS_AT_ONCE >= rows_a_part:
                yield tables
                tables = []
    if tables:
        yield tables


def _as_rows(rows: list[tuple[object, ...]]) -> list[Row]:
    return rows  # type: ignore[return-value]
