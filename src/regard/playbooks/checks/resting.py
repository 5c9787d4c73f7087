"""What each step of a journey rests on: the segments, fields and words by which people come to it, or do not. Pure.

1. What opens the door, closes it or ends the journey early chooses the people of every step.
2. A branch chooses the people of the steps inside its ways; where one of its ways may end the journey, also of what
   comes behind it. A touchpoint that is waited for chooses the moment and the people of everything behind the wait.
3. A step that starts or ends another journey hands on what it rests on itself.
Chance (split) and a colleague's word (approval) choose nobody by what we know of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from regard.playbooks.checks.sensitive import made_of
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Op, Step
from regard.playbooks.values.happening import Happening
from regard.playbooks.values.recall import Meets, parts_of


@dataclass(frozen=True, slots=True)
class Rest:
    """Something people are chosen by: its name as `sensitive_mark` takes it, its place in the file, and in words."""

    name: str
    where: str
    words: str


Resting = tuple[Rest, ...]


def resting_of(playbook: Playbook) -> dict[str, dict[str, Resting]]:
    """Return by journey and step what each step rests on; `playbook` has its unnamed segments (unnamed.py)."""
    handed: dict[str, frozenset[Rest]] = {name: frozenset() for name in playbook.journeys}
    while True:
        found = {
            name: steps_resting(journey, f"journeys.{name}", _sorted(handed[name]))
            for name, journey in playbook.journeys.items()
        }
        more = dict(handed)
        for name, journey in playbook.journeys.items():
            for step in journey.all_steps():
                if step.steers() in more:
                    more[step.steers()] |= frozenset(found[name][step.step])
        if more == handed:
            return found
        handed = more


def steps_resting(journey: Journey, where: str, handed: Iterable[Rest] = ()) -> dict[str, Resting]:
    """Return what each step of one journey rests on, by the step's name. `handed`: what other journeys hand on."""
    base = (*handed, *_of_the_whole(journey, where))
    found: dict[str, Resting] = {}
    _walk(journey.steps, f"{where}.steps", base, found)
    return found


def fields_behind(playbook: Playbook, name: str) -> set[str]:
    """Return the profile fields something is worked out of, through segments and traits to any depth."""
    return {
        part
        for part in made_of(playbook, name)
        if not part.startswith(("segment:", "value:")) and part not in playbook.traits
    }


def _walk(steps: tuple[Step, ...], where: str, rests: Resting, found: dict[str, Resting]) -> Resting:
    """Note what these steps rest on; return what whoever comes behind them rests on."""
    for number, step in enumerate(steps):
        place = f"{where}.{number}"
        found[step.step] = rests
        asked = tuple(_asked(step, place))
        inside = (*rests, *asked)
        behind = [_walk(arm.steps, f"{place}.{arm.at}", inside, found) for arm in step.arms()]
        if step.awaits() is not None or any(_may_end(arm.steps) for arm in step.arms()):
            handed = dict.fromkeys(rest for part in (inside, *behind) for rest in part)
            rests = tuple(handed)
    return rests


def _may_end(steps: tuple[Step, ...]) -> bool:
    """Say whether somebody may leave the journey within these steps."""
    return any(step.op is Op.EXIT or any(_may_end(arm.steps) for arm in step.arms()) for step in steps)


def _of_the_whole(journey: Journey, where: str) -> Iterator[Rest]:
    yield from _of_doors(journey, where)
    for number, way_out in enumerate(journey.exit_on):
        place = f"{where}.exit_on.{number}"
        for key in ("segment_entered", "segment_left"):
            if segment := getattr(way_out, key):
                yield _segment(segment, f"{place}.{key}")
        if way_out.touchpoint is not None:
            yield from _happening(way_out.touchpoint, f"{place}.touchpoint")
    if journey.goal is not None and journey.goal.ends:
        yield from _happening(journey.goal.touchpoint, f"{where}.goal.touchpoint")


def _of_doors(journey: Journey, where: str) -> Iterator[Rest]:
    for number, entry in enumerate(journey.entry):
        place = f"{where}.entry.{number}"
        if segment := entry.asks_segment():
            yield _segment(segment, f"{place}.segment")
        if field := entry.asks_field():
            yield Rest(field, f"{place}.field", f"the date in '{field}'")
        if (happening := entry.happening()) is not None:
            yield from _happening(happening, f"{place}.touchpoint")
    if journey.only_if:
        yield _segment(journey.only_if, f"{where}.only_if")


def _asked(step: Step, where: str) -> Iterator[Rest]:
    if (awaited := step.awaits()) is not None:
        yield from _happening(awaited, f"{where}.touchpoint")
    for at, when in step.asks():
        for part in parts_of(when):
            if isinstance(part, Meets):
                yield Rest(f"segment:{part.segment}", f"{where}.{at}.who", f"a condition of '{step.step}'")
            elif part.asks_segment():
                yield _segment(part.asks_segment(), f"{where}.{at}.segment")


def _segment(name: str, where: str) -> Rest:
    return Rest(f"segment:{name}", where, f"the segment '{name}'")


def _happening(one: Happening, where: str) -> Iterator[Rest]:
    """Yield the words of a touchpoint: what it is called and asked for may give somebody away."""
    texts = [one.name, *one.where, *(v for v in one.where.values() if isinstance(v, str))]
    yield from (Rest(f"value:{text}", where, f"the touchpoint '{one.name}'") for text in texts)


def _sorted(rests: Iterable[Rest]) -> Resting:
    return tuple(sorted(rests, key=lambda rest: (rest.where, rest.name)))


def older_resting(
    playbook: Playbook, older: Mapping[tuple[str, str], Journey]
) -> dict[tuple[str, str], dict[str, Resting]]:
    """Return what the steps of older versions rest on, with what today's journeys hand on to them."""
    handed: dict[str, set[Rest]] = {}
    for name, steps in resting_of(playbook).items():
        for step in playbook.journeys[name].all_steps():
            if step.steers():
                handed.setdefault(step.steers(), set()).update(steps[step.step])
    return {
        (name, version): steps_resting(journey, f"journeys.{name}", _sorted(handed.get(name, ())))
        for (name, version), journey in older.items()
    }
