"""The check of ways: steps and branches nobody ever comes to, and journeys that start each other in circles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regard.kernel.instant import DAY_US
from regard.kernel.issues import Issue
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.steps import Op, Step


def placed(steps: Iterable[Step], where: str) -> Iterator[tuple[str, Step]]:
    """Yield every step with its dotted path in the file."""
    for number, step in enumerate(steps):
        path = f"{where}.{number}"
        yield path, step
        for arm in step.arms():
            yield from placed(arm.steps, f"{path}.{arm.at}")


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
        for arm in step.arms():
            yield from _behind_the_end(arm.steps, f"{where}.{number}.{arm.at}")


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
        if step.awaits() is not None:
            passed.add(step.step)
        yield from _cases_never_taken(step, place, passed)
        before = set(passed)
        for arm in step.arms():
            mine = set(before)
            yield from _never_taken(arm.steps, f"{place}.{arm.at}", mine)
            passed |= mine


def _cases_never_taken(step: Step, place: str, passed: set[str]) -> Iterator[Issue]:
    seen: dict[str, int] = {}
    for number, (at, when) in enumerate(step.asks()):
        where, told = f"{place}.{at}", when.model_dump_json()
        if told in seen:
            yield Issue(
                where,
                f"this way of '{step.step}' is never taken: the way {seen[told] + 1} before it asks the same",
                "take it out, or ask something else",
                code="unreachable",
            )
        seen.setdefault(told, number)
        late = sorted(name for name in when.answers_needed() if name not in passed)
        if late:
            yield Issue(
                where,
                f"this way of '{step.step}' is never taken: it asks for the answer of '{late[0]}', which nobody has come"
                " to by then",
                f"put '{late[0]}' before the branch",
                code="unreachable",
            )


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
    left = {kind.name for step in journey.all_steps() for kind in step.leaves}
    yield from (step.starts() for step in journey.all_steps() if step.starts())
    for name, other in playbook.journeys.items():
        for entry in other.entry:
            happening = entry.happening()
            # With a filter it may be another journey's: not to be told from here.
            if happening is not None and happening.name in left and not happening.where:
                yield name
