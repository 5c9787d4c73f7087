"""A journey's entries, exits and goal in the words of a page: names in quotation marks, segments by what people call them."""

from __future__ import annotations

from collections.abc import Mapping

from regard.playbooks.ends import ExitOn, Goal
from regard.playbooks.entries import EntryBase
from regard.playbooks.journeys import Journey
from regard.web.words import quoted, sentence


def entry_words(entry: EntryBase, names: Mapping[str, str]) -> str:
    """Return one way in: 'on “Order Completed”', 'when somebody comes into High value'."""
    return quoted(entry.in_sentence(names))


def entries_words(journey: Journey, names: Mapping[str, str]) -> str:
    """Return every way in as the end of a sentence."""
    return ", or ".join(entry_words(e, names) for e in journey.entry)


def entry_title(journey: Journey, names: Mapping[str, str]) -> str:
    """Return the first way in as a title, with how many more there are."""
    words = entry_words(journey.entry[0], names)
    words = words.removeprefix("on ").removeprefix("when somebody ")
    more = len(journey.entry) - 1
    return sentence(words) + (f" or {more} more" if more else "")


def exit_words(exit_on: ExitOn, names: Mapping[str, str]) -> str:
    """Return one way to leave early."""
    if exit_on.touchpoint is not None:
        return f"on {quoted(exit_on.touchpoint.words())}"
    if exit_on.segment_entered:
        return f"on coming into {_named(exit_on.segment_entered, names)}"
    return f"on leaving {_named(str(exit_on.segment_left), names)}"


def goal_words(goal: Goal | None) -> str:
    """Return the goal, or nothing."""
    return quoted(goal.words()) if goal else ""


def _named(segment: str, names: Mapping[str, str]) -> str:
    return names.get(segment, segment)
