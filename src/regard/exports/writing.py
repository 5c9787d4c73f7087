"""Writing lines out: NDJSON, or CSV whose cells no spreadsheet will run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, TextIO

import msgspec

from regard.collect.importing.disarm import disarm
from regard.collect.importing.reading import text_of

_encode = msgspec.json.Encoder().encode


def write_ndjson(lines: Iterable[dict[str, Any]], file: BinaryIO) -> int:
    """Write one JSON object a line; returns how many."""
    count = 0
    for line in lines:
        count += 1
        file.write(_encode(line) + b"\n")
    return count


def write_csv(lines: Iterable[dict[str, Any]], columns: Sequence[str], file: TextIO) -> int:
    """Write the columns of each line, everything quoted and disarmed (ASVS 1.2.10); returns how many."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")  # RFC 4180
    writer.writerow([disarm(column) for column in columns])
    count = 0
    for line in lines:
        count += 1
        writer.writerow([disarm(_cell(line.get(column))) for column in columns])
    return count


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    return "" if value is None or value == [] else text_of(value)
