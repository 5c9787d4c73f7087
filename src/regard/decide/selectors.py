"""Reads of Decide: journeys with their counts, the people at a step, and every decision explained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, QuerySet, Sum

from regard.collect.values import read_values
from regard.decide.contracts import Enrolled, Steered
from regard.decide.facts.arms import holdout_share
from regard.decide.facts.programs import INSIDE, definition_of, paused_journeys
from regard.decide.models import (
    Decision,
    DecisionTally,
    Enrolment,
    EnrolmentTally,
    JourneyVersion,
    Passage,
    Steering,
)
from regard.engine.journeys.guardrails import short_words
from regard.engine.journeys.instructions import Compiled, Program, compile_program
from regard.identify.selectors import origins_of
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Step
from regard.playbooks.steps.base import Arm

STATES = tuple(Enrolment.State)


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """One line of the list of journeys."""

    name: str
    title: str
    version: str
    owner: str
    enters: str
    goal: str
    holdout: float
    is_paused: bool
    inside: int
    held_out: int
    finished: int
    went: int  # go-decisions of messages
    held_back: int  # no
    delayed: int  # wait


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many were held back or delayed for one reason, in the words people read."""

    code: str
    words: str
    people: int
    is_delay: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the outline: a step, where it stands in the tree, and what happens at it."""

    step: str
    depth: int
    when: str  # the label of the way that leads here, "" on the main way
    kind: str
    words: str
    note: str
    here: int = 0  # waiting at it now
    through: int = 0  # went past it
    went: int = 0
    held: tuple[HeldBack, ...] = ()
    ways: tuple[tuple[str, int], ...] = ()  # (next step or "", people)


@dataclass(frozen=True, slots=True)
class Outline:
    """A journey as a tree of steps with its counts; `versions` are those people are still inside."""

    row: JourneyRow
    journey: Journey
    steps: tuple[StepRow, ...]
    held: tuple[HeldBack, ...]
    versions: tuple[tuple[str, int], ...] = field(default=())


def journey_list(playbook: Playbook) -> list[JourneyRow]:
    """Return every journey of the playbook with its counts, most people inside first."""
    rows = _rows(compile_program(playbook))
    return sorted(rows, key=lambda row: (-row.inside, row.name))


def journey_outline(playbook: Playbook, name: str, *, version: str | None = None) -> Outline | None:
    """Return a journey as an outline with counts, or None. `version`: an older one that ran."""
    journey = playbook.journeys.get(name) if version is None else definition_of(name, version)
    if journey is None:
        return None
    row = next(iter(_rows(compile_program(playbook), only=name)), None)
    if row is None:
        return None
    here, versions = _inside_by_step_and_version(name)
    held = _held_by_step(name)
    ways = _ways(name)
    steps = tuple(_step_row(step, depth, when, here, held, ways) for step, depth, when in _tree(journey.steps, 0, ""))
    return Outline(row, journey, steps, held_back(name), tuple(versions.most_common()))


def _inside_by_step_and_version(journey: str) -> tuple[Counter[str], Counter[str]]:
    """Return how many stand at each step, and on each version."""
    steps, versions = Counter[str](), Counter[str]()
    inside = EnrolmentTally.objects.filter(journey=journey, state__in=INSIDE, people__gt=0)
    for step, version, people in inside.values_list("step", "version", "people"):
        steps[step] += people
        versions[version] += people
    return steps, versions


def held_back(journey: str) -> tuple[HeldBack, ...]:
    """Return why people were held back or delayed in a journey, most frequent first."""
    rows = DecisionTally.objects.filter(journey=journey, people__gt=0).exclude(verdict=Decision.Verdict.GO)
    counted = rows.values_list("reason", "verdict").annotate(n=Sum("people")).order_by("-n", "reason")
    return tuple(_held(code, verdict, n) for code, verdict, n in counted)


def waiting_for_approval(playbook: Playbook) -> list[tuple[str, str, int]]:
    """Return the steps of its journeys that would go to a crowd: (journey, step, people who wait)."""
    steps = {s.step for j in playbook.journeys.values() for s in j.all_steps() if s.act}
    rows = DecisionTally.objects.filter(
        journey__in=playbook.journeys,
        step__in=steps,
        verdict=Decision.Verdict.WAIT,
        reason="needs_approval",
        people__gt=0,
    )
    counted = rows.values_list("journey", "step").annotate(n=Sum("people"))
    return list(counted.order_by("journey", "step"))


def waiting_turns(journey: str) -> int:
    """Return how many a pause still holds: after a resume over days, those whose turn has not come."""
    held = EnrolmentTally.objects.filter(journey=journey, state=Enrolment.State.PAUSED)
    return held.aggregate(people=Sum("people"))["people"] or 0


def decisions_of(person: int, *, limit: int = 50, before: datetime | None = None) -> list[Decision]:
    """Return the decisions about a person, newest first: go and no-go, each with words and what would change it."""
    rows = Decision.objects.filter(person_id__in=origins_of(person))
    if before is not None:
        rows = rows.filter(as_of__lt=before)
    return list(rows.order_by("-as_of", "-id")[:limit])


def enrolments_of(origins: Sequence[int], *, limit: int = 50) -> list[Enrolled]:
    """Return the journeys the people of these origins are or were in, newest first."""
    rows = Enrolment.objects.filter(person_id__in=origins).order_by("-entered_at", "-id")
    return read_values(Enrolled, rows[:limit])


def enrolled_in(
    journey: str, *, state: str = "", step: str = "", before: int | None = None, limit: int = 50
) -> list[Enrolled]:
    """Return who is or was in a journey, newest first: of one state, or standing at one step; `before` is a `pk`."""
    rows = Enrolment.objects.filter(journey=journey).order_by("-id")
    if state in Enrolment.State.values:
        rows = rows.filter(state=state)
    if step:
        rows = rows.filter(step=step, state__in=INSIDE)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return read_values(Enrolled, rows[:limit])


def steerings_of(journey: str, *, limit: int = 50) -> list[Steered]:
    """Return what colleagues decided about a journey, newest first."""
    return read_values(Steered, Steering.objects.filter(journey=journey).order_by("-seq")[:limit])


def decision_list(
    *,
    journey: str | None = None,
    verdict: str | None = None,
    reason: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Decision]:
    """Return decisions by id, a page at a time, for the API."""
    rows = Decision.objects.filter(id__gt=after)
    for name, value in (("journey", journey), ("verdict", verdict), ("reason", reason)):
        if value:
            rows = rows.filter(**{name: value})
    return list(rows.order_by("id")[:limit])


def versions_of(journey: str) -> list[JourneyVersion]:
    """Return every version that ever ran, newest first."""
    return list(JourneyVersion.objects.filter(journey=journey).order_by("-first_at"))


def _rows(program: Program, *, only: str | None = None) -> Iterator[JourneyRow]:
    """Yield the row of each journey of the playbook, or of one."""
    names: dict[str, str] = {} if only is None else {"journey": only}
    states: dict[str, dict[tuple[str, str], int]] = {}
    for row in EnrolmentTally.objects.filter(**names):
        found = states.setdefault(row.journey, {})
        found[row.state, row.arm] = found.get((row.state, row.arm), 0) + row.people
    verdicts: dict[str, dict[str, int]] = {}
    for told in DecisionTally.objects.filter(counts__gt=0, **names):
        by_verdict = verdicts.setdefault(told.journey, {})
        by_verdict[told.verdict] = by_verdict.get(told.verdict, 0) + told.people
    paused = set(paused_journeys())
    for compiled in program.journeys:
        name = compiled.name
        if only in (None, name):
            yield _row(compiled, program, states.get(name, {}), verdicts.get(name, {}), name in paused)


def _row(
    compiled: Compiled, program: Program, states: dict[tuple[str, str], int], verdicts: dict[str, int], is_paused: bool
) -> JourneyRow:
    journey = compiled.journey
    return JourneyRow(
        name=compiled.name,
        title=journey.name,
        version=compiled.version,
        owner=journey.owner,
        enters=" or ".join(entry.words() for entry in journey.entry),
        goal=journey.goal.words() if journey.goal else "",
        holdout=holdout_share(compiled, program),
        is_paused=is_paused,
        inside=sum(n for (state, _), n in states.items() if state in INSIDE),
        held_out=sum(n for (_, arm), n in states.items() if arm == Enrolment.Arm.HELD_OUT),
        finished=sum(n for (state, arm), n in states.items() if state not in INSIDE and arm == Enrolment.Arm.TREATED),
        went=verdicts.get("go", 0),
        held_back=verdicts.get("no", 0),
        delayed=verdicts.get("wait", 0),
    )


def _inside(journey: str) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(journey=journey, state__in=INSIDE)


def _tree(steps: Sequence[Step], depth: int, when: str) -> Iterator[tuple[Step, int, str]]:
    for step in steps:
        yield step, depth, when
        for arm in step.arms():
            yield from _tree(arm.steps, depth + 1, _label(arm))


def _label(arm: Arm) -> str:
    return f"{arm.label} ({arm.share * 100:g} %)" if arm.share is not None else arm.label


def _step_row(
    step: Step,
    depth: int,
    when: str,
    here: dict[str, int],
    held: dict[str, list[tuple[str, str, int]]],
    ways: dict[str, list[tuple[str, int]]],
) -> StepRow:
    rows = held.get(step.step, [])
    past = ways.get(step.step, [])
    return StepRow(
        step=step.step,
        depth=depth,
        when=when,
        kind=step.do,
        words=step.words(),
        note=step.note,
        here=here.get(step.step, 0) + here.get(f"{step.step}.outcome", 0),
        through=sum(n for _, n in past),
        went=sum(n for verdict, _, n in rows if verdict == Decision.Verdict.GO),
        held=tuple(_held(code, verdict, n) for verdict, code, n in rows if verdict != Decision.Verdict.GO),
        ways=tuple(past),
    )


def _held(code: str, verdict: str, people: int) -> HeldBack:
    return HeldBack(code, short_words(code), people, verdict == Decision.Verdict.WAIT)


def _held_by_step(journey: str) -> dict[str, list[tuple[str, str, int]]]:
    found: dict[str, list[tuple[str, str, int]]] = {}
    rows = DecisionTally.objects.filter(journey=journey, people__gt=0)
    counted = rows.values_list("step", "verdict", "reason").annotate(n=Sum("people"))
    for step, verdict, code, n in counted.order_by("-n"):
        found.setdefault(step, []).append((verdict, code, n))
    return found


def _ways(journey: str) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    rows = Passage.objects.filter(journey=journey).values_list("step", "goto").annotate(n=Sum(F("people")))
    for step, goto, n in rows.order_by("-n"):
        found.setdefault(step, []).append((goto, n))
    return found
