"""The next step for one person, and why this one: harm first, then what we owe, then what would please."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from regard.act.contracts import TaskRow
from regard.profile.contracts import PromiseRow
from regard.web.person.facts import Facts
from regard.web.person.story import own_rhythm
from regard.web.templatetags.ui import day, moment, span


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: its title, a line below, the reasons, and what it is about (a task or a promise)."""

    icon: str
    title: str
    under: str
    reasons: list[str] = field(default_factory=list)
    task: TaskRow | None = None
    promise: PromiseRow | None = None
    quote: str = ""


def next_step(facts: Facts, now: datetime) -> NextStep:
    """Return what deserves doing now; doing nothing can win."""
    awake = [t for t in facts.tasks if t.snoozed_until is None or t.snoozed_until <= now]
    if awake:
        return _task(awake[0], now)
    promise = next((p for p in facts.promises if p.state == "open"), None)
    if promise:
        return _promise(promise, now)
    quiet = own_rhythm(facts, now)
    if quiet:
        gap, silence = quiet
        return NextStep(
            "message-circle",
            f"Ask {facts.first_name} how things are",
            f"Orders came every {span(gap)}; now it has been {span(silence)}.",
            [
                "The gap is their own median, not everybody's.",
                "No complaint and no promise is open.",
            ],
        )
    return NextStep(
        "circle-check",
        "Nothing is owed",
        "No task, no open promise, no unusual silence. Leaving somebody in peace is a step too.",
    )


def _task(task: TaskRow, now: datetime) -> NextStep:
    due = f"due {moment(task.due_at)}" if task.due_at else "no due time"
    reasons = [f"Opened {moment(task.opened_at)}, {due}, about {task.minutes} minutes."]
    if task.context.get("why"):
        reasons.insert(0, str(task.context["why"]))
    if task.pauses_promotions:
        reasons.append("Promotions to this person are paused until it is closed.")
    under = "Late. " if task.due_at and task.due_at < now else ""
    quote = str(task.context.get("quote") or task.context.get("comment") or "")
    return NextStep("hand-heart", task.title, f"{under}{reasons[0]}", reasons, task=task, quote=quote)


def _promise(promise: PromiseRow, now: datetime) -> NextStep:
    late = promise.due_at < now
    under = f"Overdue by {span(now - promise.due_at)}." if late else f"Due {moment(promise.due_at)}."
    return NextStep(
        "handshake",
        promise.text,
        under,
        [
            f"Promised {day(promise.made_at)}.",
            "A promise kept late and announced beats one kept silently.",
        ],
        promise=promise,
    )
