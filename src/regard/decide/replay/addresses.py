"""Where people could be reached by then, and whether we might write there: addresses and suppression as they changed.

The rule is that of the live run (`decide.reading.read_addresses`): the field told last is the address, else the newest
id of that kind; the suppression list speaks of addresses, so who told us a new one can be written to again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa

from regard.collect.among import among
from regard.consent.suppression import address_hash, has_suppressions
from regard.decide.facts.columns import as_input, read_rows
from regard.decide.replay.joined import Joined
from regard.decide.replay.profiles import Told, Values, value_at
from regard.playbooks.channels import NEEDS_NO_ADDRESS, REACHED_BY, id_kinds

Row = tuple[object, ...]
Words = dict[str, list[tuple[int, int, str, bool]]]  # address hash -> (at, seq, scope, is lifted)


@dataclass(frozen=True, slots=True)
class Reached:
    """Whose addresses on which channel counted from when; `None` says that there was none any more."""

    channel: str
    values: dict[int, Values]

    def spans(self) -> Iterator[Row]:
        """Yield (person, channel, visible_us, gone_us) of each stretch with an address."""
        for person, values in self.values.items():
            since: int | None = None
            for at_us, value in values:
                if value is not None and since is None:
                    since = at_us
                elif value is None and since is not None:
                    yield person, self.channel, since, at_us
                    since = None
            if since is not None:
                yield person, self.channel, since, None


def addresses_then(
    channels: Collection[str],
    people: Collection[int],
    told: Told,
    *,
    upto: int,
    joined: Joined,
    from_us: int,
) -> tuple[pa.Table, pa.Table]:
    """Return `address` and `suppression` of these people on these channels, each from when it counted."""
    wanted = set(people)
    ids = _identifiers(channels, upto=upto, joined=joined, from_us=from_us)
    reached = [
        Reached(channel, _addresses(wanted, ids.get(kind, {}), told, field))
        for channel, (kind, field) in REACHED_BY.items()
        if channel in channels
    ]
    rows = [span for one in reached for span in one.spans()]
    for channel in NEEDS_NO_ADDRESS:
        if channel in channels:
            rows += [(person, channel, 0, None) for person in people]
    words = _words(upto) if has_suppressions() else {}
    blocked = [row for one in reached for row in _suppressed(one, words)] if words else []
    return as_input("address", rows), as_input("suppression", blocked)


def _identifiers(channels: Collection[str], *, upto: int, joined: Joined, from_us: int) -> dict[str, dict[int, Values]]:
    """Return kind -> person -> ids by when they counted, the newest last."""
    kinds = id_kinds(channels)
    listed, bound = among(kinds)
    rows = read_rows(
        f"SELECT person_id, kind, value, first_seen_at FROM identify_identifier WHERE kind {listed}"
        " AND seq <= %s ORDER BY seq, id",
        [bound, upto],
    )
    found: dict[str, dict[int, Values]] = {kind: {} for kind in kinds}
    for origin, kind, value, at_us in rows:
        person, since = joined.one(origin) if joined.origins.size else (origin, 0)
        seen_us = max(at_us, since)
        found[kind].setdefault(person, []).append((0 if seen_us <= from_us else seen_us, value))
    return found


def _addresses(people: set[int], ids: dict[int, Values], told: Told, field: str) -> dict[int, Values]:
    """Return the address of each person as it changed."""
    found = {person: values for person, values in ids.items() if person in people}
    for values in found.values():
        if len(values) > 1:
            values.sort(key=lambda pair: pair[0])  # stable: of what came at once, the newest is last
    for person, values in told.everybody(field):
        if person not in people:
            continue
        beneath = found.get(person, [])
        edges = sorted({since for since, _ in (*values, *beneath)})
        found[person] = [
            (at_us, value if isinstance(value := value_at(values, at_us), str) else value_at(beneath, at_us))
            for at_us in edges
        ]
    return found


def _words(upto: int) -> Words:
    words: Words = {}
    rows = read_rows(
        "SELECT address_hash, at, seq, scope, lifted FROM consent_suppression WHERE seq <= %s ORDER BY seq",
        [upto],
    )
    for digest, at_us, seq, scope, is_lifted in rows:
        words.setdefault(digest, []).append((at_us, seq, scope, bool(is_lifted)))
    return words


def _suppressed(reached: Reached, words: Words) -> Iterator[Row]:
    """Yield (person, channel, scope, is_lifted, seq, visible_us): each change for who has an address that is listed."""
    for person, values in reached.values.items():
        digests = [
            (since, address_hash(reached.channel, value) if value is not None else "") for since, value in values
        ]
        about = {digest for _, digest in digests if digest in words}
        if not about:
            continue
        edges = sorted({since for since, _ in digests} | {at for digest in about for at, *_ in words[digest]})
        before = dict.fromkeys((scope for d in about for _, _, scope, _ in words[d]), False)
        for number, at_us in enumerate(edges):
            listed = words.get(value_at(digests, at_us) or "", [])
            for scope, was in before.items():
                # The newest word by number holds, among those said by then.
                said = [not lifted for at, _, of, lifted in listed if of == scope and at <= at_us]
                is_in = said[-1] if said else False
                if is_in != was:
                    before[scope] = is_in
                    yield person, reached.channel, scope, not is_in, number, at_us
