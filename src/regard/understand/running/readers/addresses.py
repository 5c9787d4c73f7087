"""Addresses read from the operational store, with how far each is suppressed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.db import connection

from regard.collect.among import among
from regard.consent.columns import SUPPRESSED_BETWEEN, SUPPRESSION_CAME_DUE
from regard.consent.suppression import has_suppressions, suppressed_addresses
from regard.engine.understanding.plan import Coordinates, Understanding
from regard.engine.understanding.sources.addresses import Addresses
from regard.identify.columns import ADDRESSED, IDENTIFIERS_UPTO
from regard.kernel.instant import from_us
from regard.playbooks.channels import channels_of, id_kinds
from regard.playbooks.values.measures import Reached
from regard.understand.running.readers.base import Between, Laying, Reader, is_there
from regard.understand.running.readers.people import Family


class AddressReader(Reader):
    """Addresses people can be reached at, and the suppression list."""

    source = Addresses
    touched = ADDRESSED

    def lay(self, laying: Laying) -> None:
        """Lay `contacts`."""
        laying.bench.lay("contacts", read_contacts(laying.understanding, laying.family, laying.origins))

    def why_everybody(self, understanding: Understanding, between: Between) -> str:
        """The suppression list holds hashes: whose address it is cannot be told from a row of it."""
        if not understanding.asking.asked(Reached):
            return ""
        is_touched = is_there(SUPPRESSED_BETWEEN, *between.numbers) or is_there(SUPPRESSION_CAME_DUE, *between.clocks)
        return "addresses were suppressed" if is_touched else ""


def read_contacts(understanding: Understanding, family: Family, origins: Iterable[int] | None = None) -> pa.Table:
    """Return on which channels we hold an address of whom, and how far it is suppressed: '', 'marketing' or 'all'."""
    rows: list[tuple[int, str, str]] = []
    if understanding.asking.asked(Reached):
        kinds, value = among(id_kinds())
        sql, bound = f"{IDENTIFIERS_UPTO} AND kind {kinds}", list[Any]([understanding.at.upto, value])
        if origins is not None:
            who, value = among(set(origins))
            sql, bound = f"{sql} AND person_id {who}", [*bound, value]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            found = cursor.fetchall()
        moved = family.moved
        held = [
            (moved.get(origin, origin), channel, value)
            for origin, kind, value in found
            for channel in channels_of(kind)
        ]
        blocked = _suppressed(held, understanding.at)
        rows = [(person, channel, blocked.get((channel, value), "")) for person, channel, value in held]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    types = (pa.int64(), pa.string(), pa.string())
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    return pa.Table.from_arrays(arrays, names=["person", "channel", "suppressed"])


def _suppressed(held: list[tuple[int, str, str]], at: Coordinates) -> dict[tuple[str, str], str]:
    if not held or not has_suppressions():
        return {}
    scopes = suppressed_addresses(
        {(channel, value) for _, channel, value in held},
        as_of=from_us(at.clock.us),
        upto=at.upto,
    )
    return {key: "all" if "all" in found else "marketing" for key, found in scopes.items() if found}
