"""The check of ways: steps and branches nobody ever comes to, and journeys that start each other in circles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regard.kernel.instant import DAY_US
from regard.kernel.issues import Issue
from regard.playbooks.entries import TouchpointSeen
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Op, Step
from regard.playbooks.steps.branch import Branch
from regard.playbooks.steps.enter import Enter
from regard.playbooks.steps.wait_for import WaitFor
from regard.playbooks.values.recall import Answered, AnyOf, Both


def placed(steps: Iterable[Step], where: str) -> Iterator[tuple[str, Step]]:
    """Yield every step with its dotted path in the file."""
    for number, step in enumerate(steps):
        path = f"{where}.{number}"
        yield path, step
        for inner, nested in nested_in(step):
            yield from placed(nested, f"{path}.{inner}")


def nested_in(step: Step) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield every list of steps nested in a step, with its dotted path inside it."""
    for key in ("cases", "ways"):
        for number, way in enumerate(getattr(step, key, ())):
            yield f"{key}.{number}.then", way.then
    if otherwise := getattr(step, "otherwise", None):
        yield "otherwise", otherwise


def way_issues(journey: Journey, where: str) -> Iterator[Issue]:
    """Yield the steps and ways of one journey that nobody comes to."""
    yield from _behind_the_end(journey.steps, f"{where}.steps")
    yield from _never_taken(journey.steps, f"{where}.steps", set())


def _behind_the_end(steps: tuple[Step, ...], where: str) -> Iterator[Issue]:
    """A step behind one where every way ends is never reached."""
    ended_by: Step | None = None
    for number, step in enumerate(steps):
        if ended_by is not None:
            yield Issue(
                f"{where}.{number}",
                f"'{step.step}' is never reached: every way ends at '{ended_by.step}' before it",
                "take it out, or let one of the ways go on",
                code="unreachable",
            )
            return
        if _ends(step):
            ended_by = step
        for inner, nested in nested_in(step):
            yield from _behind_the_end(nested, f"{where}.{number}.{inner}")


def _ends(step: Step) -> bool:
    """Say whether nobody ever goes on behind this step."""
    if step.op is Op.EXIT:
        return True
    if step.op is not Op.BRANCH:
        return False
    return all(any(_ends(inner) for inner in arm.steps) for arm in step.arms())


def _never_taken(steps: tuple[Step, ...], where: str, passed: set[str]) -> Iterator[Issue]:
    """Yield the ways of branches that no condition leads to. `passed`: the waits that may lie behind; they are added to."""
    for number, step in enumerate(steps):
        place = f"{where}.{number}"
        if isinstance(step, WaitFor):
            passed.add(step.step)
        if isinstance(step, Branch):
            yield from _cases_never_taken(step, place, passed)
        before = set(passed)
        for inner, nested in nested_in(step):
            mine = set(before)
            yield from _never_taken(nested, f"{place}.{inner}", mine)
            passed |= mine


def _cases_never_taken(step: Branch, place: str, passed: set[str]) -> Iterator[Issue]:
    seen: dict[str, int] = {}
    for number, case in enumerate(step.cases):
        where, told = f"{place}.cases.{number}.when", case.when.model_dump_json()
        if told in seen:
            yield Issue(
                where,
                f"this way of '{step.step}' is never taken: the way {seen[told] + 1} before it asks the same",
                "take it out, or ask something else",
                code="unreachable",
            )
        seen.setdefault(told, number)
        late = sorted(name for name in _answers_needed(case.when) if name not in passed)
        if late:
            yield Issue(
                where,
                f"this way of '{step.step}' is never taken: it asks for the answer of '{late[0]}', which nobody has come"
                " to by then",
                f"put '{late[0]}' before the branch",
                code="unreachable",
            )


def _answers_needed(when: object) -> set[str]:
    """Return the waits without whose answer a condition never holds."""
    if isinstance(when, Answered):
        return {when.step}
    if isinstance(when, Both):
        return {name for part in when.of for name in _answers_needed(part)}
    if isinstance(when, AnyOf):
        return set.intersection(*(_answers_needed(part) for part in when.of))
    return set()


def circle_issues(playbook: Playbook) -> Iterator[Issue]:
    """Yield journeys that start each other for ever, by their steps or by what those leave in the log.

    A re-entry rule with at least a day in it, or none, breaks the circle.
    """
    starts = {
        name: set(_started_by(playbook, journey))
        for name, journey in playbook.journeys.items()
        if journey.reentry.after is not None and journey.reentry.after < DAY_US
    }
    for name in sorted(starts):
        reached: set[str] = set()
        waiting = list(starts[name])
        while waiting:
            other = waiting.pop()
            if other not in reached:
                reached.add(other)
                waiting.extend(starts.get(other, ()))
        if name in reached:
            yield Issue(
                f"journeys.{name}.reentry",
                f"'{name}' starts {'itself' if name in starts[name] else 'journeys that start it'} again, for ever",
                "let at least a day pass before the same person may come in again",
                code="loop",
            )


def _started_by(playbook: Playbook, journey: Journey) -> Iterator[str]:
    """Yield the journeys that the steps of one start, by themselves or by what they leave in the log."""
    left = {name for step in journey.all_steps() for name in step.leaves}
    yield from (step.journey for step in journey.all_steps() if isinstance(step, Enter))
    for name, other in playbook.journeys.items():
        for entry in other.entry:
            # With a filter it may be another journey's: not to be told from here.
            if isinstance(entry, TouchpointSeen) and entry.touchpoint.name in left and not entry.touchpoint.where:
                yield name
