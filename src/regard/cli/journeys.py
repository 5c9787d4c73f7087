"""`regard journey`: what journeys there are, what happens in one, whether a file is sound, and what it would have done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regard.cli.frame import (
    AsJson,
    clock,
    emit,
    emit_items,
    nothing,
    print_table,
    say,
    say_next,
)
from regard.cli.start import start_django
from regard.kernel.durations import about_words

if TYPE_CHECKING:
    from regard.kernel.issues import Issue

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="As 'regard journey list' shows it.")]


@app.callback()
def journey() -> None:
    """Journeys run under guardrails; each can be replayed over history before it touches anyone."""


@app.command("list")
def list_journeys(as_json: AsJson = False) -> None:
    """List the journeys of the active playbook with their counts."""
    start_django()
    from dataclasses import asdict

    from regard.decide.selectors import journey_list
    from regard.versions.selectors import active_playbook

    rows = journey_list(active_playbook().playbook)
    if as_json:
        emit_items(asdict(row) for row in rows)
        return
    print_table(
        (
            "journey",
            "state",
            "inside",
            "went",
            "held back",
            "delayed",
            "held out",
            "enters when somebody",
        ),
        (
            (
                r.name,
                "paused" if r.is_paused else "running",
                r.inside,
                r.went,
                r.held_back,
                r.delayed,
                r.held_out,
                r.enters,
            )
            for r in rows
        ),
        empty="No journeys in the playbook.",
    )


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show one journey as an outline: who waits where, what went, what was held back and why."""
    start_django()
    from dataclasses import asdict

    from regard.decide.selectors import journey_outline
    from regard.versions.selectors import active_playbook

    outline = journey_outline(active_playbook().playbook, name)
    if outline is None:
        raise nothing(f"There is no journey '{name}'.")
    if as_json:
        emit(
            {
                **asdict(outline.row),
                "steps": [asdict(step) for step in outline.steps],
                "held": [asdict(held) for held in outline.held],
                "versions_inside": dict(outline.versions),
            }
        )
        return
    write = sys.stdout.write
    write(f"{outline.row.title}  ({outline.row.name}, version {outline.row.version})\n")
    write(f"enters: somebody {outline.row.enters}; {outline.journey.reentry.words()}\n")
    for step in outline.steps:
        when = f"[{step.when}] " if step.when else ""
        write(f"{'  ' * (step.depth + 1)}{when}{step.step}: {step.words}\n")
        counts = [f"{step.here} here", f"{step.through} through"]
        counts += [f"{step.went} went"] if step.went else []
        write(f"{'  ' * (step.depth + 3)}{', '.join(counts)}\n")
        for held in step.held:
            write(
                f"{'  ' * (step.depth + 3)}{held.people} {'delayed' if held.is_delay else 'held back'}: {held.words}\n"
            )


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="A playbook file; none: the active playbook.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check every journey: ways that end nowhere, names, words, fields without purpose, circles."""
    issues = _issues(file)
    if as_json:
        emit_items(
            {
                "where": i.where,
                "line": i.line,
                "level": str(i.level),
                "code": i.code,
                "message": i.message,
                "hint": i.hint,
            }
            for i in issues
        )
    else:
        for issue in issues:
            sys.stdout.write(f"{issue}\n")
        say("No mistakes." if not issues else f"{len(issues)} found.")
    if any(i.level == "error" for i in issues):
        raise typer.Exit(1)


def _issues(file: Path | None) -> tuple[Issue, ...]:
    from regard.playbooks.load import load_playbook

    if file is not None:
        return load_playbook(file.read_text(encoding="utf-8"), where=str(file)).issues
    start_django()
    from regard.versions.selectors import active_text

    active = active_text()
    if active is None:
        raise nothing("No playbook is active: 'regard playbook apply FILE'.")
    return load_playbook(active[0], where="the active playbook").issues


@app.command()
def replay(
    what: Annotated[
        str,
        typer.Argument(
            metavar="[NAME|FILE]",
            help="A journey of the active playbook, or a playbook file; none: the active playbook.",
        ),
    ] = "",
    start: Annotated[str, typer.Option("--from", help="ISO 8601. Default: 90 days before --to.")] = "",
    end: Annotated[str, typer.Option("--to", help="ISO 8601. Default: the last thing in the log, or now.")] = "",
    person: Annotated[str, typer.Option(help="One person, step by step.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    decisions: Annotated[Path | None, typer.Option(help="Write every decision as NDJSON.")] = None,
    compare: Annotated[bool, typer.Option(help="Replay the active playbook too and show the difference.")] = True,
    approve_after: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Suppose that a colleague approves a crowd so long after it is held, e.g. 4h. Default: nobody does.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what a playbook would have done over the log: the real engine, the clocks of then, nothing sent."""
    start_django()
    from regard.cli.replaying import ReplayWanted, after_us, replay_and_show, span_of

    after = after_us(approve_after)
    span = span_of(clock(start) if start else None, clock(end) if end else None)
    replay_and_show(
        ReplayWanted(
            what=what,
            span=span,
            person=person,
            compare=compare,
            as_json=as_json,
            approves_after_us=after,
        ),
        html=html,
        decisions=decisions,
    )


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Run the stored cycles again, each with its playbook and what colleagues had done by then, and compare decisions.

    Exit code 1 where one differs. What cannot be verified is left out and counted.
    """
    start_django()
    from dataclasses import asdict

    from regard.decide.verifying import replay_stored
    from regard.versions.selectors import active_playbook

    compared = replay_stored(playbook=active_playbook().playbook)
    if as_json:
        emit(asdict(compared))
    else:
        for key, (live, again) in compared.differences.items():
            sys.stdout.write(f"{key}: live {live}, again {again}\n")
        say(f"{compared.cycles:,} cycles, {compared.decisions:,} decisions, {len(compared.differences):,} differ.")
        for what, count in compared.left_out.items():
            say(f"Left out, because it cannot be verified: {count:,} {what}.")
    if compared.differences:
        raise typer.Exit(1)


@app.command()
def pause(name: Name) -> None:
    """Hold everybody in a journey where they are."""
    start_django()
    from regard.decide.services import pause_journey

    _known(name)
    say(f"{pause_journey(journey=name, by='cli', now=clock()):,} people are held where they are.")
    say_next(f"regard journey resume {name}")


@app.command()
def resume(
    name: Name,
    over: Annotated[int, typer.Option(min=0, max=90, metavar="DAYS", help="Let them go on over so many days.")] = 0,
) -> None:
    """Let everybody in a paused journey go on, at once or one after another over some days."""
    start_django()
    from regard.decide.services import preview_release, resume_journey

    _known(name)
    now = clock()
    will = preview_release(journey=name, now=now, days=over)
    held = resume_journey(journey=name, by="cli", now=now, release_days=over)
    soon = f"{will.soon:,} become due in these {over} days, " if over else ""
    say(
        f"{held:,} people go on: {will.due:,} are due already, {soon}{will.later:,} wait longer and keep their own time."
    )
    if over and will.last_at is not None:
        every = about_words(will.every_us)
        say(f"One goes on every {every}, the last on {will.last_at:%-d %B %Y at %H:%M} UTC.")
        say_next(f"regard journey resume {name}")


def _known(name: str) -> None:
    from regard.versions.selectors import active_playbook

    if name not in active_playbook().playbook.journeys:
        raise nothing(f"There is no journey '{name}'.")
