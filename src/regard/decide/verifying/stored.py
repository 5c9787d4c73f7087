"""Verify what ran live: every stored cycle again, at its clock and with what was known to it, compared row by row.

Each cycle runs with the playbook of then and after the acts of colleagues that came before it (again.py). What cannot
be verified is left out and said by name and count: nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from regard.audit_log.models import ErasureReceipt
from regard.decide.facts.columns import read_rows
from regard.decide.models import Cycle, Decision, Enrolment, JourneyVersion
from regard.decide.pruning import replayable_since
from regard.decide.verifying.again import Again, DecidedAgain, Redecided, Told
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.playbooks.model import Playbook

INSIDE_AT_THE_TERM = "people who had come into a journey before the cycles that are kept"
BROKEN_OFF = "people about whom a cycle that was broken off had decided"
ERASED = "people erased since: nothing of them is left"


@dataclass(frozen=True, slots=True)
class Compared:
    """How many decisions both runs made, and those they do not agree on: key -> (live, again)."""

    cycles: int
    decisions: int
    differences: dict[str, tuple[Told | None, Told | None]]
    left_out: dict[str, int] = field(default_factory=dict)  # what could not be verified -> how many


@dataclass(frozen=True, slots=True)
class _Live:
    """A stored decision."""

    told: Told
    person: int
    outcome: DecidedAgain


def replay_stored(*, playbook: Playbook) -> Compared:
    """Run the stored cycles again and compare every decision with the stored one. Writes nothing. Raises Refused.

    Each with the playbook of then; `playbook` where a cycle names none. Of a decision that was taken anew (a wait that
    went on) the last words count: the first are not stored any more.
    """
    before, cycles = _kept_cycles()
    live = _live()
    again = Again(playbook, {key: row.outcome for key, row in live.items()})
    if before is not None:
        ran = JourneyVersion.objects.filter(first_at__lte=before.as_of)
        again.carried.ran |= set(ran.values_list("journey", flat=True))
    again.run(cycles, before=before)
    left_out, people = _left_out(before)
    clock = [to_us(cycle.as_of) for cycle in cycles] or [0]
    keys = {
        key
        for key in live.keys() | again.decided.keys()
        if not _whose(key, live, again.decided) & people
        and (key not in live or min(clock) <= live[key].told[2] <= max(clock))
    }
    differences = {key: both for key in sorted(keys) if (both := _both(key, live, again.decided))[0] != both[1]}
    return Compared(len(cycles), len(keys), differences, left_out)


def _both(key: str, live: dict[str, _Live], again: dict[str, Redecided]) -> tuple[Told | None, Told | None]:
    return (
        live[key].told if key in live else None,
        again[key].told if key in again else None,
    )


def _whose(key: str, live: dict[str, _Live], again: dict[str, Redecided]) -> set[int]:
    return {found[key].person for found in (live, again) if key in found}


def _kept_cycles() -> tuple[Cycle | None, Sequence[Cycle]]:
    """Return the first cycle after which all are kept, where some are past their term, and those to run. Raises Refused."""
    everything = list(Cycle.objects.filter(finished_at__isnull=False).order_by("id"))
    if not everything:
        raise Refused(Issue("verify", "no cycle has run yet", hint="regard cycle", code="not_found"))
    since = replayable_since()
    if since is None:
        return None, everything
    kept = [cycle for cycle in everything if cycle.as_of >= since]
    return (kept or everything[-1:])[0], kept[1:]


def _live() -> dict[str, _Live]:
    rows = read_rows(
        "SELECT key, verdict, reason, as_of, person_id, outcome, outcome_at FROM decide_decision"
        " WHERE enrolment_id IS NOT NULL"
    )
    return {
        key: _Live((verdict, reason, as_of), person, DecidedAgain(outcome, at_us))
        for key, verdict, reason, as_of, person, outcome, at_us in rows
    }


def _left_out(before: Cycle | None) -> tuple[dict[str, int], set[int]]:
    """Return what cannot be verified, counted, and the people whose decisions are left out."""
    counts: dict[str, int] = {}
    people: set[int] = set()
    if before is not None:
        inside = Enrolment.objects.filter(entered_at__lte=before.as_of)
        found = set(inside.values_list("person_id", flat=True))
        counts[INSIDE_AT_THE_TERM] = len(found)
        people |= found
    broken = Cycle.objects.filter(finished_at__isnull=True)
    found = set(Decision.objects.filter(cycle__in=broken).values_list("person_id", flat=True))
    for as_of in broken.values_list("as_of", flat=True):
        came = Enrolment.objects.filter(entered_at=as_of)
        found |= set(came.values_list("person_id", flat=True))
    counts[BROKEN_OFF] = len(found)
    counts[ERASED] = ErasureReceipt.objects.count()
    return {name: count for name, count in counts.items() if count}, people | found
