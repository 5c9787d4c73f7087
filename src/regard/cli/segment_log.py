"""A log in a file, in the shape of the Segment spec, as the inputs of the engine: no database, no Django.

Each line is one message (track, page, screen, identify, group, alias). Messages are read by the same rules as the intake's
(collect/intake/wire.py), people are put together by the same ids: a user id is a person, an anonymous id belongs to the user id it
was first seen with, two user ids are never joined. Twice the same message id counts once. `Consent Granted` and
`Consent Withdrawn` (properties `purpose`, `channel`) are consents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa

from regard.collect.contracts import Incoming
from regard.collect.intake.wire import Parcel, Unread, normalise
from regard.consent.vocabulary import CONSENT_GRANTED, CONSENT_WITHDRAWN
from regard.engine.bench.codes import Codes
from regard.engine.bench.columnar import Row, code_rows
from regard.engine.bench.store import Workbench
from regard.identify.normalise import clean_key
from regard.kernel.issues import Issue, Level
from regard.playbooks.channels import channels_of
from regard.profile.names import standard_fields

LONGEST_LINE = 1_000_000
_TYPES = {"track", "page", "screen", "identify", "group", "alias"}


@dataclass(slots=True)
class FileLog:
    """A log read from a file: people by their names, and everything the engine asks for."""

    codes: Codes = field(default_factory=Codes)
    rows: list[Row] = field(default_factory=list)
    fields: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    words: dict[tuple[int, str, str], list[int | None]] = field(default_factory=dict)
    accounts: dict[int, str] = field(default_factory=dict)
    people: _People = field(default_factory=lambda: _People())
    issues: list[Issue] = field(default_factory=list)

    def names(self) -> dict[int, str]:
        """Return what each surviving person is called: the user id, else e-mail, else anonymous id."""
        return self.people.names()

    def lay(self, bench: Workbench, *, shown: dict[int, str]) -> pa.Table:
        """Lay every input but the log's property columns out on a bench; return the raw log."""
        survivor = self.people.survivor
        held = [(survivor(n), ch, "") for (kind, _), n in self.people.owner.items() for ch in channels_of(kind)]
        moved = [(n, survivor(n)) for n in range(len(self.people.above)) if survivor(n) != n]
        accounts = {survivor(person): account for person, account in self.accounts.items()}
        numbers = {name: i for i, name in enumerate(dict.fromkeys(accounts.values()))}
        consents = self._consents()
        _lay(bench, "people", {"person": pa.int64()}, [(n,) for n in shown])
        _lay(bench, "moved", {"origin": pa.int64(), "person": pa.int64()}, moved)
        types = {
            "seq": pa.int64(),
            "origin": pa.int64(),
            "occurred_at": pa.int64(),
            "name": pa.string(),
            "value": pa.string(),
        }
        _lay(bench, "fields", types, self.fields)
        types = {"person": pa.int64(), "purpose": pa.string(), "channel": pa.string()}
        _lay(
            bench,
            "consents",
            {**types, "granted_us": pa.int64(), "withdrawn_us": pa.int64()},
            consents,
        )
        _lay(
            bench,
            "contacts",
            {"person": pa.int64(), "channel": pa.string(), "suppressed": pa.string()},
            held,
        )
        _lay(
            bench,
            "account_of",
            {"person": pa.int64(), "account": pa.int64()},
            [(p, numbers[a]) for p, a in accounts.items()],
        )
        return code_rows(self.rows, self.codes)

    def _consents(self) -> list[tuple[int, str, str, int | None, int | None]]:
        """Fold the words of everybody a person stands for to their newest grant and withdrawal."""
        folded: dict[tuple[int, str, str], list[int | None]] = {}
        for (node, purpose, channel), told in self.words.items():
            newest = folded.setdefault((self.people.survivor(node), purpose, channel), [None, None])
            for place, at in enumerate(told):
                if at is not None:
                    newest[place] = max(at, newest[place] or at)
        return [(*key, granted, withdrawn) for key, (granted, withdrawn) in folded.items()]


def _lay(bench: Workbench, name: str, types: dict[str, pa.DataType], rows: Iterable[tuple[Any, ...]]) -> None:
    found = list(rows)
    columns = list(zip(*found, strict=True)) if found else [()] * len(types)
    arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types.values(), strict=True)]
    bench.lay(name, pa.Table.from_arrays(arrays, names=list(types)))


@dataclass(slots=True)
class _People:
    """Who is who, by ids: nodes joined by anonymous ids and addresses, never two user ids."""

    owner: dict[tuple[str, str], int] = field(default_factory=dict)
    above: list[int] = field(default_factory=list)
    user: list[str] = field(default_factory=list)  # the user id of a node, or ''

    def survivor(self, node: int) -> int:
        while self.above[node] != node:
            node = self.above[node]
        return node

    def meet(self, ids: Iterable[tuple[str, str]]) -> int | None:
        """Return the node a message speaks of, joining what it shows to be one; None where it names nobody."""
        keys = [key for kind, value in ids if (key := clean_key(kind, value)) is not None]
        if not keys:
            return None
        nodes = [self._node(key) for key in keys]
        first = nodes[0]
        for node in nodes[1:]:
            first = self._join(first, node)
        return nodes[0]

    def _node(self, key: tuple[str, str]) -> int:
        if key not in self.owner:
            self.owner[key] = len(self.above)
            self.above.append(len(self.above))
            self.user.append(key[1] if key[0] == "user_id" else "")
        return self.owner[key]

    def _join(self, one: int, other: int) -> int:
        a, b = self.survivor(one), self.survivor(other)
        if a == b or (self.user[a] and self.user[b]):
            return a
        if self.user[b]:
            a, b = b, a
        self.above[b] = a
        return a

    def names(self) -> dict[int, str]:
        best: dict[int, tuple[int, str]] = {}
        for (kind, value), node in self.owner.items():
            rank = {"user_id": 0, "email": 1, "phone": 2}.get(kind, 3)
            person = self.survivor(node)
            best[person] = min(best.get(person, (9, "")), (rank, value))
        return {person: name for person, (_, name) in sorted(best.items())}


def read_log_lines(lines: Iterable[str], *, currency: str, where: str) -> FileLog:
    """Return the log of a file's lines; lines that cannot be read become issues and are left out."""
    log, seen = FileLog(), set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        incoming = _read_line(line, number, currency, log, where)
        if incoming is None or incoming.message_id in seen:
            continue
        seen.add(incoming.message_id)
        _take(log, incoming, number)
    return log


def _read_line(line: str, number: int, currency: str, log: FileLog, where: str) -> Incoming | None:
    def refuse(message: str, hint: str = "") -> Incoming | None:
        log.issues.append(Issue(where, message, hint, line=number, level=Level.WARNING))
        return None

    if len(line) > LONGEST_LINE:
        return refuse("the line is longer than a million characters")
    try:
        raw = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return refuse("not JSON", "one message a line")
    if not isinstance(raw, dict) or raw.get("type") not in _TYPES:
        return refuse("no message of the Segment spec", f"'type' is one of {', '.join(sorted(_TYPES))}")
    raw.setdefault("timestamp", raw.get("originalTimestamp") or raw.get("sentAt") or raw.get("receivedAt"))
    try:
        parcel = Parcel(0, 0, None, f"line-{number}", currency)
        unread: list[Unread] = []
        told = msgspec.Raw(json.dumps(raw).encode("utf-8", "replace"))
        incoming = normalise(told, 0, parcel, unread)
    except (msgspec.MsgspecError, ValueError):
        return refuse("a field is of the wrong type")
    if incoming.stamped_us is None:
        return refuse("it has no time", "give 'timestamp' as ISO 8601")
    for one in unread:
        log.issues.append(Issue(where, f"'{one.field}' is no number", line=number, level=Level.WARNING))
    return incoming


def _take(log: FileLog, incoming: Incoming, number: int) -> None:
    ids = list(incoming.ids)
    if incoming.previous_id:
        ids.append(("anonymous_id", incoming.previous_id))
    node = log.people.meet(ids)
    if node is None:
        return
    at = incoming.stamped_us or 0
    log.rows.append(
        (
            number,
            node,
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
    )
    for name, value in standard_fields(incoming.traits or {}):
        log.fields.append((number, node, at, name, json.dumps(value)))
    if incoming.group_id:
        log.accounts[node] = incoming.group_id
    if incoming.name in (CONSENT_GRANTED.name, CONSENT_WITHDRAWN.name):
        told = json.loads(incoming.properties)
        key = (node, str(told.get("purpose", "")), str(told.get("channel", "*")))
        place = int(incoming.name == CONSENT_WITHDRAWN.name)
        before = log.words.setdefault(key, [None, None])
        before[place] = max(at, before[place] or at)
