"""What a replay found, as plain values: what the page, the JSON and the screen are written from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from regard.engine.journeys.guardrails import BY_CODE, short_words


def _title(journey: str, is_current: bool) -> str:
    return journey if is_current else f"{journey} (earlier version)"


@dataclass(frozen=True, slots=True)
class StepFound:
    """One step: acts that may go, are refused, or end delayed, and how many depend on an answer."""

    journey: str
    step: str
    act: str
    words: str
    went: int
    no: dict[str, int]
    delayed: int
    depends: dict[str, int]
    is_current: bool = True

    @property
    def title(self) -> str:
        """Return the name of its journey, and that it is an earlier version where it is."""
        return _title(self.journey, self.is_current)


@dataclass(frozen=True, slots=True)
class CrowdFound:
    """A day on which a step came to more people at once than may get it without approval."""

    journey: str
    step: str
    day: str
    people: int
    approved_at: str  # ISO 8601; '': nobody approves


@dataclass(frozen=True, slots=True)
class JourneyFound:
    """One version of a journey: who was inside before, who came in, who was held out, how it ended."""

    journey: str
    entered: int
    held_out: int
    ends: dict[str, int]
    inside: int
    inside_before: int = 0  # when the stretch began
    is_current: bool = True  # false: an earlier version, which people finish

    @property
    def title(self) -> str:
        """Return its name, and that it is an earlier version where it is."""
        return _title(self.journey, self.is_current)


@dataclass(frozen=True, slots=True)
class DayFound:
    """One day: messages, tasks and the minutes they take."""

    day: str
    messages: int
    tasks: int
    minutes: int


@dataclass(frozen=True, slots=True)
class ReplayFound:
    """Everything the report says."""

    start: datetime
    end: datetime
    people: int
    took_ms: dict[str, int]
    rounds: int
    journeys: tuple[JourneyFound, ...]
    steps: tuple[StepFound, ...]
    held: dict[str, int]  # reason -> people held back for good
    delayed: dict[str, int]  # reason -> people delayed for a while
    a_week: dict[int, int]  # messages in one week -> person-weeks
    days: tuple[DayFound, ...]
    capacity: int  # minutes a day
    over_capacity: int  # days
    cost_minor: float
    currency: str
    depends: dict[str, int]  # supposed answer -> acts
    notes: tuple[str, ...] = field(default=())
    crowds: tuple[CrowdFound, ...] = field(default=())
    approves_after_us: int | None = None

    @property
    def messages(self) -> int:
        """Messages that would certainly go."""
        return sum(day.messages for day in self.days)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self) | {
            "messages": self.messages,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
        }


def end_words(reason: str) -> str:
    """Return why a journey ended, in words: a guardrail's code is told as a guardrail tells it."""
    return f"held back: {short_words(reason)}" if reason in BY_CODE else reason


def only_of(found: ReplayFound, journey: str) -> ReplayFound:
    """Return the report with the rows of one journey; the others were run beside it and share its caps and totals."""
    beside = "Totals, days, reasons and messages a week are of all journeys together: they share people and caps."
    return replace(
        found,
        journeys=tuple(j for j in found.journeys if j.journey == journey),
        steps=tuple(s for s in found.steps if s.journey == journey),
        notes=(beside, *found.notes),
    )


def difference(new: ReplayFound, old: ReplayFound) -> list[dict[str, Any]]:
    """Return what changes against another replay of the same stretch, line by line, only where something does.

    What people finish of an earlier version is the same in both, and counts with its journey.
    """
    before, after = _by_step(old), _by_step(new)
    lines = []
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        went, refused, delayed = zip(one or (0, 0, 0), other or (0, 0, 0), strict=True)
        if one != other:
            lines.append(
                {
                    "journey": key[0],
                    "step": key[1],
                    "went_before": went[0],
                    "went": went[1],
                    "refused_before": refused[0],
                    "refused": refused[1],
                    "delayed_before": delayed[0],
                    "delayed": delayed[1],
                }
            )
    return lines


def _by_step(found: ReplayFound) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return (went, held back, delayed) by (journey, step)."""
    counts: dict[tuple[str, str], tuple[int, int, int]] = {}
    for s in found.steps:
        went, refused, delayed = counts.get((s.journey, s.step), (0, 0, 0))
        counts[s.journey, s.step] = (
            went + s.went,
            refused + sum(s.no.values()),
            delayed + s.delayed,
        )
    return counts
