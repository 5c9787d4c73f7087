"""Fields of the profile read from the operational store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.collect.among import among
from regard.engine.understanding.plan import Understanding
from regard.engine.understanding.sources.fields import FieldSlide, FieldSource
from regard.kernel.instant import DAY_US, from_us
from regard.profile.columns import TELLINGS_UPTO, TOUCHED, WHO_TOLD
from regard.understand.running.readers.base import Between, Laying, Reader, Times


class FieldReader(Reader):
    """Every telling of the fields asked about; who told one, and over whose dates time passed."""

    source = FieldSource
    touched = TOUCHED

    def lay(self, laying: Laying) -> None:
        """Lay `fields`."""
        laying.bench.lay("fields", read_fields(laying.understanding, laying.origins))

    def slid(self, understanding: Understanding, between: Between, times: Times) -> set[int]:  # noqa: ARG002
        """Return who told a date that came near, or told a field at a time that now counts (or no longer does)."""
        slides = FieldSource(understanding.asking).slides(between.before, understanding.turned(between.before))
        return {person for slide in slides for person in _slid(slide)}


def read_fields(understanding: Understanding, origins: Iterable[int] | None = None) -> pa.Table:
    """Return every telling of the fields that are asked about: seq, origin, occurred_at, name, value (JSON text)."""
    names = FieldSource(understanding.asking).names()
    columns: list[list[object]] = [[], [], [], [], []]
    if names:
        inside, value = among(names)
        sql, bound = f"{TELLINGS_UPTO} AND name {inside}", list[Any]([understanding.at.upto, value])
        if origins is not None:
            who, people = among(set(origins))
            sql, bound = f"{sql} AND person_id {who}", [*bound, people]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            rows = cursor.fetchall()
        columns = [list(c) for c in zip(*rows, strict=True)] if rows else columns
        columns[4] = ["null" if value is None else value for value in columns[4]]
    types = (pa.int64(), pa.int64(), pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, names=["seq", "origin", "occurred_at", "name", "value"])


def _slid(slide: FieldSlide) -> set[int]:
    bound: list[Any] = [slide.name]
    if slide.by_value:
        # ISO dates sort as text; a day either side allows for zones. JSON text begins with a quotation mark.
        days = (slide.low - DAY_US, slide.high + 2 * DAY_US)
        sql = f"{WHO_TOLD} AND value >= %s AND value < %s"
        bound += [f'"{from_us(us).date().isoformat()}' for us in days]
    else:
        sql = f"{WHO_TOLD} AND occurred_at >= %s AND occurred_at < %s"
        bound += [slide.low, slide.high]
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return {row[0] for row in cursor.fetchall()}
