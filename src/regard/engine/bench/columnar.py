"""The columnar copy of the log: its columns, its codes, and how declared properties become columns.

Pure: what is written where is store.py's. A part holds integer codes for words, microseconds, minor units, the JSON of
the properties, and one text column for each property some trait or condition uses. A path with `[]` gives a list; a part
holds it as the text of a JSON array, which is read three times as fast as nested columns are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from regard.engine.bench.codes import Codes
from regard.kernel.instant import DAY_US
from regard.kernel.sql import Sql
from regard.playbooks.values.filters import check_path

RAW = pa.schema(
    [
        ("seq", pa.int64()),
        ("origin", pa.int64()),
        ("occurred_at", pa.int64()),
        ("name", pa.int32()),
        ("channel", pa.int16()),
        ("direction", pa.int8()),
        ("actor", pa.int8()),
        ("value_minor", pa.int64()),
        ("currency", pa.int16()),
        ("score_milli", pa.int64()),
        ("properties", pa.string()),
    ]
)
# A row on its way in: (seq, origin, occurred_at, name, channel, direction, actor, value, currency, score, properties).
Row = tuple[int, int, int, str, str, str, str, int | None, str, int | None, str]
_CODED = {3: "name", 4: "channel", 5: "direction", 6: "actor", 8: "currency"}


def code_rows(rows: Sequence[Row], codes: Codes) -> pa.Table:
    """Return rows of the log as a table with codes for words; new words are added to `codes`."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(RAW)
    arrays = []
    for place, field in enumerate(RAW):
        values: Iterable[object] = columns[place]
        if place in _CODED:
            kind = _CODED[place]
            known = {word: codes.code(kind, str(word)) for word in dict.fromkeys(values)}
            values = map(known.__getitem__, values)
        arrays.append(pa.array(list(values), field.type))
    return pa.Table.from_arrays(arrays, schema=RAW)


def property_column(path: str) -> str:
    """Return the column of a declared property: its path, spelt so that two paths never meet."""
    return "p_" + path.encode().hex()


def json_path(path: str) -> str:
    """Return the JSON path of a property path: `products[].category` is `$."products"[*]."category"`."""
    parts = [f'."{part[:-2]}"[*]' if part.endswith("[]") else f'."{part}"' for part in path.split(".")]
    return "$" + "".join(parts)


def with_properties(paths: Sequence[str], table: str) -> Sql:
    """Return the rows of a raw table with a column for each property path: text, or a list of texts.

    The paths stand in the text, not beside it: a view takes no bound values, and `check_path` lets through nothing but
    letters, digits, spaces, `_`, `$` and `-`.
    """
    columns = "".join(f', {_extracted(path)} AS "{property_column(path)}"' for path in paths)
    return Sql(f"SELECT *{columns} FROM {table}")


def with_packed_properties(paths: Sequence[str], table: str) -> Sql:
    """Return the rows of a raw table with a column for each property path, as a part holds them."""
    columns = "".join(
        f", {f'CAST(to_json({_extracted(path)}) AS VARCHAR)' if '[]' in path else _extracted(path)}"
        f' AS "{property_column(path)}"'
        for path in paths
    )
    return Sql(f"SELECT *{columns} FROM {table}")


def unpacked(paths: Sequence[str], table: str) -> Sql:
    """Return rows with these properties as a part holds them, their lists as lists."""
    lists = [f'"{property_column(path)}"' for path in paths if "[]" in path]
    columns = ", ".join(f"json_extract_string({column}, '$[*]') AS {column}" for column in lists)
    return Sql(f"SELECT * {f'REPLACE ({columns})' if lists else ''} FROM {table}")


def times_of(table: str) -> Sql:
    """Return when which origin did what, of a raw table: (time_of_day, origin, occurred_at, name).

    `time_of_day`: microseconds since midnight (UTC), never negative, though a remainder has the sign of what is divided.
    """
    time_of_day = f"(occurred_at % {DAY_US} + {DAY_US}) % {DAY_US}"
    return Sql(f"SELECT {time_of_day} AS time_of_day, origin, occurred_at, name FROM {table}")


def _extracted(path: str) -> str:
    found = f"json_extract_string(properties, '{json_path(check_path(path))}')"
    return f"CASE WHEN json_valid(properties) THEN {found} END"
