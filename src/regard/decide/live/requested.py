"""Messages asked for outside journeys, as the rows the guardrails judge: a request has the terms an act of a journey has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from regard.decide.contracts import Contact, Requested
from regard.decide.facts.columns import as_input
from regard.engine.journeys.kinds import Kind
from regard.engine.journeys.tables import INSTRUCTION, request_row
from regard.playbooks.model import Playbook

OUTSIDE = -1  # the number of no journey


def places_of(requests: Iterable[Requested]) -> dict[tuple[Kind, str, str, str], int]:
    """Return the place of each set of terms among the instructions of no journey."""
    return {terms: place for place, terms in enumerate(dict.fromkeys(one.terms for one in requests))}


def instructions_of(requests: Iterable[Requested], playbook: Playbook) -> pa.Table:
    """Return the requests' terms as rows of `instruction`, as if they were acts of a journey nobody is in."""
    rows = [request_row(playbook, OUTSIDE, pc, *terms) for terms, pc in places_of(requests).items()]
    return pa.Table.from_pylist(rows, INSTRUCTION)


def contact_table(contacts: Sequence[Contact], survivors: Mapping[int, int]) -> pa.Table:
    """Return them as rows of `contact`, by who speaks for each person now."""
    return as_input(
        "contact",
        (
            (survivors.get(one.person, one.person), one.at_us, 0, one.channel, one.counts, 0, None)
            for one in contacts
            if one.counts
        ),
    )
