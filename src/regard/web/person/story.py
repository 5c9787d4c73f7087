"""The story line: two sentences made of facts, each clause linked to its evidence. Nothing is guessed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

from regard.playbooks.feelings import feeling_of_score
from regard.web.person.facts import Facts
from regard.web.templatetags.ui import day, money, plural, span

SHORTEST_RHYTHM = timedelta(days=3)  # orders a day apart are one shopping trip, not a rhythm
QUIET_FACTOR = 2  # silence of twice one's own gap is worth a word


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of the story; `address` is its evidence on the page, or ''."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Mood:
    """How the person last said they felt, and when; empty where nothing was ever said."""

    word: str
    text: str


def story_of(facts: Facts, now: datetime) -> list[Clause]:
    """Return the clauses of the two sentences, punctuation included."""
    return [*_past(facts, now), Clause(" "), *_present(facts, now)]


def mood_of(facts: Facts) -> Mood | None:
    """Return the feeling of the newest scored answer, or None."""
    answer = next((a for a in facts.answers if a.score is not None), None)
    if answer is None or answer.score is None:
        return None
    word, when = feeling_of_score(answer.score * 1000), day(answer.answered_at)
    return Mood(word, f"{word} {when}" if when in ("today", "yesterday") else f"{word} since {when}")


def _past(facts: Facts, now: datetime) -> list[Clause]:
    first = facts.tally.first_at
    if first is None:
        return [Clause("We know a name and nothing else yet.")]
    clauses = [Clause(f"{span(now - first).capitalize()} with us", "#timeline")]
    bought = facts.bought
    if bought.count:
        worth = f" worth {money(bought.minor, bought.currency)}" if bought.minor else ""
        clauses += [
            Clause(", "),
            Clause(f"{plural(bought.count, 'order,orders')}{worth}", "#bought"),
        ]
    else:
        clauses += [Clause(", "), Clause("no order so far", "#timeline")]
    return [*clauses, Clause(".")]


def _present(facts: Facts, now: datetime) -> list[Clause]:
    """Return the one thing that matters most now: owed, hurt, delighted, quiet, or simply the last contact."""
    name = facts.first_name
    complaint = next((t for t in facts.tasks if t.kind == "complaint"), None)
    promise = next((p for p in facts.promises if p.state == "open"), None)
    answer = facts.answers[0] if facts.answers else None
    if complaint:
        return [
            Clause(f"{name} has been waiting for a person since "),
            Clause(day(complaint.opened_at), "#next"),
            Clause("."),
        ]
    if promise:
        owed = "is overdue" if promise.due_at < now else f"falls due {day(promise.due_at)}"
        return [
            Clause(f"Our promise to {name}, "),
            Clause(promise.text, "#promises"),
            Clause(f", {owed}."),
        ]
    if answer and answer.score is not None and now - answer.answered_at < timedelta(days=180):
        return [
            Clause(f"{name} gave us "),
            Clause(f"{answer.score} of 10", f"#e{answer.seq}"),
            Clause(f" on {day(answer.answered_at)}."),
        ]
    quiet = own_rhythm(facts, now)
    if quiet:
        gap, silence = quiet
        return [
            Clause(f"{name} usually orders every {span(gap)}; "),
            Clause(f"now it has been {span(silence)}", "#bought"),
            Clause("."),
        ]
    last = facts.moments[0] if facts.moments else None
    if last:
        return [
            Clause(f"Last heard of {day(last.at)}: "),
            Clause(last.name, f"#e{last.seq}"),
            Clause("."),
        ]
    return []


def own_rhythm(facts: Facts, now: datetime) -> tuple[timedelta, timedelta] | None:
    """Return (usual gap, present silence) of orders where the silence is over twice the median gap of three or more."""
    times = sorted({o.at for o in facts.orders})
    if len(times) < 4:
        return None
    gaps = sorted(b - a for a, b in itertools.pairwise(times))
    gap, silence = gaps[len(gaps) // 2], now - times[-1]
    is_quiet = gap >= SHORTEST_RHYTHM and silence > QUIET_FACTOR * gap
    return (gap, silence) if is_quiet else None
