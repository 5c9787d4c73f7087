"""Where people can be reached and where not any more: addresses and suppression as they stood at each time.

The field told last is the address, else the newest id of that kind (the rule of `profile.selectors.address_of`). The
suppression list speaks of addresses, so who told us a new one can be written to again; it knows keyed hashes only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regard.collect.among import among
from regard.consent.columns import SUPPRESSIONS
from regard.consent.suppression import address_hash, has_suppressions
from regard.decide.facts.columns import as_input, read_columns, read_rows
from regard.decide.facts.fields import FactCards, value_at
from regard.decide.facts.past import Past
from regard.decide.facts.scope import FactScope, FieldFacts, Row, Values
from regard.engine.journeys.tables import INPUTS
from regard.identify.columns import IDENTIFIERS
from regard.playbooks.channels import NEEDS_NO_ADDRESS, REACHED_BY, id_kinds

Words = Mapping[str, list[tuple[int, int, str, bool]]]  # address hash -> (seen_us, seq, scope, is lifted), by number
_KNOWN_AS = pa.schema([("person", pa.int64()), ("kind", pa.string())])


def read_addresses(past: Past, fields: FieldFacts, channels: set[str]) -> tuple[pa.Table, pa.Table]:
    """Return `address` and `suppression` of the people in scope on these channels, each from when it counted."""
    reached = {channel: by for channel, by in REACHED_BY.items() if channel in channels}
    free = [_anywhere(fields.people, channel) for channel in NEEDS_NO_ADDRESS if channel in channels]
    if isinstance(fields, FactCards) and not has_suppressions():
        return pa.concat_tables([*free, *_reachable(past.scope, fields, reached)]), as_input("suppression", ())
    wanted, ids = set(fields.people), _ids_by_kind(past, channels)
    held = {channel: _addresses(wanted, ids.get(kind, {}), fields, field) for channel, (kind, field) in reached.items()}
    rows = (span for channel, values in held.items() for span in _spans(channel, values))
    blocked = _suppressed(held, past.scope) if has_suppressions() else ()
    return pa.concat_tables([*free, as_input("address", rows)]), as_input("suppression", blocked)


def _reachable(scope: FactScope, cards: FactCards, reached: Mapping[str, tuple[str, str]]) -> Iterator[pa.Table]:
    """Yield `address` where it does not matter which one: as nearly always, nobody is on the suppression list."""
    told = (
        (person, channel, 0, None)
        for channel, (_, field) in reached.items()
        for person, fields in cards.items()
        if isinstance(fields.get(field), str)
    )
    yield as_input("address", told)
    listed, kinds = among(id_kinds(reached))
    ids = read_columns(
        f"""
        SELECT DISTINCT {scope.who("i.person_id")}, i.kind
        FROM {IDENTIFIERS} AS i {scope.joined("i.person_id")}
            AND i.kind {listed.replace("%s", "%(kinds)s")} AND i.seq <= %(upto)s
        """,
        scope.bound(kinds=kinds),
        _KNOWN_AS,
    )
    if scope.speakers is not None and ids.num_rows:
        whose = [person for person, *_ in scope.told(zip(ids.column("person").to_pylist(), strict=True))]
        ids = ids.set_column(0, _KNOWN_AS.field(0), pa.array(whose, pa.int64()))
    for channel, (kind, _) in reached.items():
        yield _anywhere(ids.filter(pc.equal(ids["kind"], kind))["person"], channel)


def _anywhere(people: Collection[int] | pa.Array, channel: str) -> pa.Table:
    """Return `address` of people who can all be reached on a channel, known from the beginning."""
    everybody = people if isinstance(people, pa.Array | pa.ChunkedArray) else pa.array(people, pa.int64())
    known = [pa.repeat(pa.scalar(channel), len(everybody)), pa.repeat(pa.scalar(0), len(everybody))]
    return pa.table([everybody, *known, pa.nulls(len(everybody), pa.int64())], schema=INPUTS["address"])


def read_identifiers(scope: FactScope, kinds: Collection[str]) -> Iterator[tuple[int, str, str, int]]:
    """Yield (person, kind, value, seen_us) of every id of these kinds, by number."""
    listed, bound = among(kinds)
    rows = read_rows(
        f"""
        SELECT {scope.who("i.person_id")}, i.kind, i.value, {scope.seen("i.first_seen_at")}
        FROM {IDENTIFIERS} AS i {scope.joined("i.person_id")}
            AND i.kind {listed.replace("%s", "%(kinds)s")} AND i.seq <= %(upto)s
        ORDER BY i.seq, i.id
        """,
        scope.bound(kinds=bound),
    )
    for person, since, (kind, value, seen_us) in scope.told(rows):
        yield person, kind, value, max(seen_us, since)


def read_suppressions(hashes: Collection[str], scope: FactScope) -> Words:
    """Return the words of the suppression list about these addresses."""
    listed, bound = among(hashes)
    rows = read_rows(
        f"""
        SELECT s.address_hash, {scope.seen("s.at")}, s.seq, s.scope, s.is_lifted
        FROM {SUPPRESSIONS} AS s
        WHERE s.address_hash {listed} AND s.seq <= %s
        ORDER BY s.seq
        """,
        [bound, scope.upto],
    )
    words: dict[str, list[tuple[int, int, str, bool]]] = {}
    for digest, seen_us, seq, depth, is_lifted in rows:
        words.setdefault(digest, []).append((seen_us, seq, depth, bool(is_lifted)))
    return words


def _ids_by_kind(past: Past, channels: Collection[str]) -> dict[str, dict[int, Values]]:
    """Return kind -> person -> ids by when they counted, the newest last."""
    found: dict[str, dict[int, Values]] = {}
    for person, kind, value, seen_us in read_identifiers(past.scope, id_kinds(channels)):
        since = 0 if seen_us <= past.first_us else seen_us
        found.setdefault(kind, {}).setdefault(person, []).append((since, value))
    return found


def _addresses(people: set[int], ids: dict[int, Values], fields: FieldFacts, field: str) -> dict[int, Values]:
    """Return the address of each person as it changed; `None` says that there was none any more."""
    found = {person: values for person, values in ids.items() if person in people}
    for values in found.values():
        if len(values) > 1:
            values.sort(key=lambda pair: pair[0])  # stable: of what came at once, the newest is last
    for person, told in fields.told(field):
        if person not in people:
            continue
        beneath = found.get(person, [])
        edges = sorted({since for since, _ in (*told, *beneath)})
        found[person] = [
            (at_us, value if isinstance(value := value_at(told, at_us), str) else value_at(beneath, at_us))
            for at_us in edges
        ]
    return found


def _spans(channel: str, held: Mapping[int, Values]) -> Iterator[Row]:
    """Yield (person, channel, visible_us, gone_us) of each stretch with an address."""
    for person, values in held.items():
        since: int | None = None
        for at_us, value in values:
            if value is not None and since is None:
                since = at_us
            elif value is None and since is not None:
                yield person, channel, since, at_us
                since = None
        if since is not None:
            yield person, channel, since, None


def _suppressed(held: Mapping[str, Mapping[int, Values]], scope: FactScope) -> Iterator[Row]:
    """Yield (person, channel, scope, is_lifted, seq, visible_us): each change for who has an address that is listed."""
    hashed: dict[tuple[str, Any], str] = {}
    for channel, by_person in held.items():
        for values in by_person.values():
            for _, value in values:
                if value is not None and (channel, value) not in hashed:
                    hashed[channel, value] = address_hash(channel, value)
    words = read_suppressions(sorted(set(hashed.values())), scope)
    for channel, by_person in held.items() if words else ():
        for person, values in by_person.items():
            digests = [(since, hashed.get((channel, value), "")) for since, value in values]
            if any(digest in words for _, digest in digests):
                yield from ((person, channel, *change) for change in _listed(digests, words))


def _listed(digests: Values, words: Words) -> Iterator[Row]:
    """Yield (scope, is_lifted, number, at_us) wherever it changes whether one person's address of then is on the list."""
    about = {digest for _, digest in digests if digest in words}
    edges = sorted({since for since, _ in digests} | {at for digest in about for at, *_ in words[digest]})
    before = dict.fromkeys((depth for digest in about for _, _, depth, _ in words[digest]), False)
    for number, at_us in enumerate(edges):
        listed = words.get(value_at(digests, at_us) or "", [])
        for depth, was in before.items():
            # The newest word by number holds, among those said by then.
            said = [not lifted for at, _, of, lifted in listed if of == depth and at <= at_us]
            is_in = said[-1] if said else False
            if is_in != was:
                before[depth] = is_in
                yield depth, not is_in, number, at_us
