"""What `regard journey replay` does: find the journeys meant, run them over the past, print or write what came of it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from regard.cli.frame import clock, emit, nothing, print_table, progress_bar, say, say_next
from regard.cli.person import find_or_refuse
from regard.collect.selectors import last_instant
from regard.decide.replay import Span, replay_playbook
from regard.decide.replay.found import ReplayFound, difference, end_words, only_of
from regard.decide.replay.report import cells_of, report_of, rows_of, story_of
from regard.decide.replay.report_page import CHANGED, page_of
from regard.engine.journeys.guardrails import short_words
from regard.identify.selectors import public_ids_of
from regard.kernel.durations import parse_duration
from regard.kernel.issues import Level, Refused
from regard.kernel.money import to_decimal
from regard.playbooks.load import load_playbook
from regard.playbooks.model import Playbook
from regard.versions.selectors import active_playbook

USUAL = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ReplayWanted:
    """What was asked: a journey's name, a file or nothing; the stretch; whose; how to show it."""

    what: str
    span: Span
    person: str
    compare: bool
    as_json: bool
    approves_after_us: int | None = None


def span_of(start: datetime | None, end: datetime | None) -> Span:
    """Return the stretch asked for; by default the last 90 days of the log. Raises typer.BadParameter."""
    until = end or _end_of_log() or clock()
    since = start or until - USUAL
    if since >= until:
        raise typer.BadParameter(f"--from {since:%Y-%m-%d %H:%M} is not before --to {until:%Y-%m-%d %H:%M}")
    return Span(since, until)


def after_us(text: str) -> int | None:
    """Return how long a colleague takes to approve, or None where none does. Raises typer.BadParameter."""
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"--approve-after {text}: {error}") from None


def _end_of_log() -> datetime | None:
    newest, now = last_instant(), clock()
    return None if newest is None else min(newest, now)


def replay_and_show(wanted: ReplayWanted, *, html: Path | None, decisions: Path | None) -> None:
    """Replay, then print or write the report. Raises Refused for a name or file that is not there."""
    playbook, journey, is_other = _meant(wanted.what)
    person = find_or_refuse(wanted.person) if wanted.person else None
    with progress_bar("Replaying") as tell:
        after = wanted.approves_after_us
        done = replay_playbook(playbook=playbook, span=wanted.span, approves_after_us=after, tell=tell)
        found = report_of(done)
        lines: list[dict[str, Any]] = []
        if wanted.compare and is_other:
            running = replay_playbook(
                playbook=active_playbook().playbook,
                span=wanted.span,
                approves_after_us=after,
                tell=tell,
            )
            lines = difference(found, report_of(running))
    shown = only_of(found, journey) if journey else found
    if decisions is not None:
        _write_decisions(decisions, _named(rows_of(done, journey=journey, limit=None)))
    if html is not None:
        page = page_of(shown, lines, _named(rows_of(done, journey=journey)))
        html.write_text(page, encoding="utf-8")
        say(f"Written: {html}")
    one = [] if person is None else _named(story_of(done, person, journey=journey))
    if wanted.as_json:
        rows = _named(rows_of(done, journey=journey))
        emit(shown.as_json() | {"difference": lines, "person": one, "decisions": rows})
        return
    _print_person(one) if person is not None else _print_found(shown, lines)
    if html is None and person is None:
        say_next(f"regard journey replay {wanted.what} --html replay.html".replace("  ", " "))


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows that name people by the id by which anybody may ask for them."""
    names = public_ids_of(row["person"] for row in rows)
    return [row | {"person": names.get(row["person"], "")} for row in rows]


def _meant(what: str) -> tuple[Playbook, str, bool]:
    """Return the playbook to replay, the one journey asked about or '', and whether it is not the active playbook."""
    if not what:
        return active_playbook().playbook, "", False
    if Path(what).is_file():
        return (*_loaded(Path(what)),)
    playbook = active_playbook().playbook
    if what in playbook.journeys:
        return playbook, what, False
    near = get_close_matches(what, [*playbook.journeys], n=1)
    hint = f"did you mean '{near[0]}'?" if near else "regard journey list"
    raise nothing(f"'{what}' is neither a journey of the active playbook nor a file.", hint=hint)


def _loaded(file: Path) -> tuple[Playbook, str, bool]:
    loaded = load_playbook(file.read_text(encoding="utf-8"), where=str(file))
    errors = [i for i in loaded.issues if i.level == Level.ERROR]
    if loaded.playbook is None or errors:
        raise Refused(*(errors or loaded.issues))
    try:
        return loaded.playbook, "", active_playbook().hash != loaded.hash
    except Refused:
        return loaded.playbook, "", False


def _write_decisions(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    say(f"Written: {path} ({len(rows):,} decisions)")


def _print_person(rows: list[dict[str, Any]]) -> None:
    print_table(
        ("when", "journey", "step", "verdict", "because", "depends on"),
        ((when, *rest) for when, _, *rest in map(cells_of, rows)),
        empty="Nothing would have happened to this person.",
    )


def _print_found(found: ReplayFound, lines: list[dict[str, Any]]) -> None:
    write, cost = sys.stdout.write, to_decimal(round(found.cost_minor), found.currency)
    write(
        f"{found.start:%Y-%m-%d} to {found.end:%Y-%m-%d}: {found.people:,} people looked at, {found.messages:,} messages, "
    )
    write(f"{sum(d.tasks for d in found.days):,} tasks, cost {cost:,} {found.currency}\n\n")
    print_table(
        ("journey", "inside before", "came in", "held out", "still inside", "how it ended"),
        (
            (
                j.title,
                j.inside_before,
                j.entered,
                j.held_out,
                j.inside,
                ", ".join(f"{n} {end_words(why)}" for why, n in list(j.ends.items())[:4]),
            )
            for j in found.journeys
        ),
    )
    _print_steps(found)
    write(f"Days over the team's {found.capacity} minutes: {found.over_capacity}\n")
    if lines:
        print_table(
            (
                "changes",
                "step",
                "goes now",
                "would go",
                "held back now",
                "would be",
                "delayed now",
                "would be",
            ),
            ([x[k] for k in CHANGED] for x in lines),
        )
    _print_crowds(found)
    say("What this replay cannot know:")
    for note in found.notes:
        say(f"  {note}")
    parts = ", ".join(f"{name} {ms / 1000:.1f}" for name, ms in found.took_ms.items())
    say(f"Took {sum(found.took_ms.values()) / 1000:.1f} s: {parts}")


def _print_crowds(found: ReplayFound) -> None:
    """Print the days on which a step had to wait for a colleague's approval."""
    if not found.crowds:
        return
    print_table(
        ("waited for approval", "step", "people", "approved"),
        ((c.day, c.step, c.people, c.approved_at[:16].replace("T", " ") or "nobody approves") for c in found.crowds),
    )
    if found.approves_after_us is None:
        say_next("--approve-after 4h    suppose that a colleague approves")


def _print_steps(found: ReplayFound) -> None:
    """Print what each step would do, and why people were held back or delayed."""
    print_table(
        ("journey", "step", "would go", "held back", "delayed at the end", "depends on the answer"),
        (
            (
                s.title,
                s.step,
                s.went,
                sum(s.no.values()),
                s.delayed,
                ", ".join(f"{n} if {k}" for k, n in s.depends.items()),
            )
            for s in found.steps
        ),
    )
    for title, counts in (
        ("held back because", found.held),
        ("delayed because", found.delayed),
    ):
        if counts:
            print_table((title, "people"), ((short_words(c), n) for c, n in counts.items()))
    if found.a_week:
        print_table(("messages in one week", "person-weeks"), found.a_week.items())
