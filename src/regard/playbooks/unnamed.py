"""Segments without a name: the conditions that branches ask inline, computed like any segment and shown like none. Pure.

A branch may ask `meets` with any condition of the playbook. The engine works it out as a segment called `~` and a hash of
the condition, so it is explained, replayed and kept over time as the named ones are. Its name cannot be written in a playbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.segments import Segment
from regard.playbooks.values.lexicon import check_understanding
from regard.playbooks.values.recall import UNNAMED, Meets, parts_of


def is_unnamed(segment: str) -> bool:
    """Say whether a segment is one that people are not shown."""
    return segment.startswith(UNNAMED)


def unnamed_in(journey: Journey) -> Iterator[Meets]:
    """Yield every condition that a journey's branches ask inline."""
    for step in journey.all_steps():
        for _, when in step.asks():
            yield from (part for part in parts_of(when) if isinstance(part, Meets))


def with_unnamed(playbook: Playbook, *, older: Iterable[Journey] = ()) -> Playbook:
    """Return the playbook with a segment for every inline condition of its journeys and of `older` ones.

    An older condition that speaks of what the playbook no longer has is left out: it holds for nobody.
    """
    found = {one.segment: one for j in playbook.journeys.values() for one in unnamed_in(j)}
    more = {name: Segment.model_validate({"who": one.who}) for name, one in found.items()}
    for journey in older:
        for one in unnamed_in(journey):
            if one.segment not in more and not faults_of(playbook, one):
                more[one.segment] = Segment.model_validate({"who": one.who})
    if not more:
        return playbook
    return playbook.model_copy(update={"segments": {**playbook.segments, **more}})


def faults_of(playbook: Playbook, one: Meets) -> list[tuple[str, str]]:
    """Return (message, hint) of everything wrong with one inline condition, by the rules of segments."""
    segments = {**playbook.segments, one.segment: Segment.model_validate({"who": one.who})}
    tried = playbook.model_copy(update={"segments": segments})
    return [
        (issue.message, issue.hint)
        for issue in check_understanding(tried)
        if issue.where.startswith(f"segments.{one.segment}")
    ]
