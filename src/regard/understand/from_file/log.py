"""A log read from a file as the inputs of the engine: people are put together by the rules of the store's (identify).

`Consent Granted` and `Consent Withdrawn` (properties `purpose`, and `on` or `channel`) are words about consent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from regard.collect.contracts import Incoming
from regard.consent.vocabulary import CONSENT_GRANTED, CONSENT_WITHDRAWN
from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import Row, code_rows
from regard.engine.bench.consents import newest_of_each
from regard.engine.bench.store import Workbench
from regard.identify.normalise import EMAIL, FOREIGN, PHONE, USER_ID, Key, clean_key
from regard.identify.speaking import ids_spoken_of
from regard.identify.stitching import Known, Stitching
from regard.kernel.sql import Sql
from regard.playbooks.channels import channels_of
from regard.profile.names import fields_told

_CALLED_BY = {USER_ID: 0, EMAIL: 1, PHONE: 2}  # what a person is called by first
_WORDS = {CONSENT_GRANTED.name: True, CONSENT_WITHDRAWN.name: False}
_I, _T, _B = pa.int64(), pa.string(), pa.bool_()


@dataclass(slots=True)
class FileLog:
    """A log read from a file: whose each message is, and everything the engine asks for. People have numbers from 1."""

    owner: dict[Key, int] = field(default_factory=dict)
    survivors: dict[int, int] = field(default_factory=dict)  # person -> who speaks for them
    codes: Codes = field(default_factory=Codes)
    rows: list[Row] = field(default_factory=list)
    fields: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    words: list[tuple[int, str, str, bool, int]] = field(default_factory=list)
    accounts: dict[tuple[int, str], None] = field(default_factory=dict)  # (person, account), in order

    @classmethod
    def of(cls, messages: Iterable[tuple[int, Incoming]], *, country: str) -> FileLog:
        """Return the log of (number, message) in the order they came; `country` is the company's."""
        found = cls()
        known = Known(owner={}, root={}, is_known={})
        stitching = Stitching(known)
        for number, incoming in messages:
            (keys, previous), *_ = ids_spoken_of((incoming,), country)
            person = stitching.place(number, keys, previous)
            if person in known.root:
                found._take(incoming, -person, number, country)
        found.owner = {key: -person for key, person in known.owner.items()}
        found.survivors = {-person: -stitching.root(person) for person in known.root}
        return found

    def names(self) -> dict[int, str]:
        """Return what each surviving person is called: the user id, else e-mail, else phone, else another id."""
        best: dict[int, tuple[int, str]] = {}
        for (kind, value), owner in self.owner.items():
            person = self.survivors[owner]
            best[person] = min(best.get(person, (9, "")), (_CALLED_BY.get(kind, 3), value))
        return {person: name for person, (_, name) in sorted(best.items())}

    def lay(self, bench: Workbench, *, shown: dict[int, str]) -> pa.Table:
        """Lay every input but the log's property columns out on a bench; return the raw log."""
        survivor, seqs = self.survivors, {"seq": _I, "origin": _I, "occurred_at": _I, "name": _T, "value": _T}
        held = [(survivor[n], channel, "") for (kind, _), n in self.owner.items() for channel in channels_of(kind)]
        said = [(survivor[n], *word) for n, *word in self.words]
        joined = {survivor[n]: account for n, account in self.accounts}
        numbers = {name: i for i, name in enumerate(dict.fromkeys(joined.values()))}
        _lay(bench, "people", {"person": _I}, ((n,) for n in shown))
        _lay(bench, "moved", {"origin": _I, "person": _I}, ((n, to) for n, to in survivor.items() if n != to))
        _lay(bench, "fields", seqs, self.fields)
        types = {"person": _I, "purpose": _T, "channel": _T}
        _lay(bench, "words", {**types, "is_granted": _B, "at_us": _I}, said)
        newest = newest_of_each(is_granted="is_granted", at="at_us")
        bench.make("consents", Sql(f"SELECT person, purpose, channel, {newest} FROM words GROUP BY ALL"))
        _lay(bench, "contacts", {"person": _I, "channel": _T, "suppressed": _T}, held)
        _lay(bench, "account_of", {"person": _I, "account": _I}, ((p, numbers[a]) for p, a in joined.items()))
        return code_rows(self.rows, self.codes)

    def _take(self, incoming: Incoming, person: int, number: int, country: str) -> None:
        at = incoming.stamped_us or 0
        self.rows.append(_row(incoming, person, number, at))
        for name, value in fields_told(incoming, country):
            self.fields.append((number, person, at, name, json.dumps(value)))
        if incoming.group_id and (key := clean_key(FOREIGN + "account", incoming.group_id)):
            self.accounts.setdefault((person, key[1]))
        if incoming.name in _WORDS:
            self.words.extend(_word(incoming, person, at))


def _row(incoming: Incoming, person: int, number: int, at: int) -> Row:
    return (
        number,
        person,
        at,
        incoming.name,
        incoming.channel,
        incoming.direction,
        incoming.actor,
        incoming.value_minor,
        incoming.currency,
        incoming.score_milli,
        incoming.properties,
    )


def _word(incoming: Incoming, person: int, at: int) -> Iterator[tuple[int, str, str, bool, int]]:
    """Yield the word a touchpoint tells of; our own log says `on` where others say `channel`."""
    told = json.loads(incoming.properties)
    channel = told.get("on") or told.get("channel") or "*"
    yield person, str(told.get("purpose", "")), str(channel), _WORDS[incoming.name], at


def _lay(bench: Workbench, name: str, types: dict[str, pa.DataType], rows: Iterable[tuple[Any, ...]]) -> None:
    found = list(rows)
    columns = list(zip(*found, strict=True)) if found else [()] * len(types)
    arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types.values(), strict=True)]
    bench.lay(name, pa.Table.from_arrays(arrays, names=list(types)))
