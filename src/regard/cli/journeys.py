"""`regard journey`: what journeys there are, what happens in one, whether a file is sound, and what it would have done."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli.frame import (
    AsJson,
    clock,
    emit,
    emit_items,
    nothing,
    print_table,
    progress_bar,
    say,
    say_next,
)
from regard.cli.start import start_django

if TYPE_CHECKING:
    from regard.decide.replay.report import Found
    from regard.kernel.issues import Issue
    from regard.playbooks.model import Playbook

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
    file: Annotated[
        Path | None, typer.Argument(help="A playbook file; none: the active playbook.")
    ] = None,
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
    file: Annotated[
        Path | None, typer.Argument(help="A playbook file; none: the active playbook.")
    ] = None,
    start: Annotated[
        str, typer.Option("--from", help="ISO 8601. Default: 90 days before --to.")
    ] = "",
    end: Annotated[str, typer.Option("--to", help="ISO 8601. Default: now.")] = "",
    person: Annotated[str, typer.Option(help="One person, step by step.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    decisions: Annotated[Path | None, typer.Option(help="Write every decision as NDJSON.")] = None,
    compare: Annotated[
        bool, typer.Option(help="Replay the active playbook too and show the difference.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Say what a playbook would have done over the log: the real engine, the clocks of then, nothing sent."""
    start_django()
    from regard.decide.replay import Span, replay_playbook
    from regard.decide.replay.page import page_of
    from regard.decide.replay.report import difference, report_of, rows_of

    until = clock(end)
    span = Span(clock(start) if start else until - timedelta(days=90), until)
    playbook, is_other = _playbook(file)
    with progress_bar("Replaying") as tell:
        done = replay_playbook(playbook=playbook, span=span, tell=tell)
        found = report_of(done)
        lines = []
        if compare and is_other:
            running = replay_playbook(playbook=_playbook(None)[0], span=span, tell=tell)
            lines = difference(found, report_of(running))
    if decisions is not None:
        _write_decisions(decisions, rows_of(done, limit=None))
    if html is not None:
        html.write_text(page_of(found, lines, rows_of(done)), encoding="utf-8")
        say(f"Written: {html}")
    one = rows_of(done, person=_person(person), limit=None) if person else []
    if as_json:
        emit(found.as_json() | {"difference": lines, "person": one, "decisions": rows_of(done)})
        return
    _print_person(one) if person else _print_found(found, lines)
    say_next("regard playbook plan FILE")


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Run every stored cycle again and compare each decision with the stored one. Exit code 1 where one differs."""
    start_django()
    from dataclasses import asdict

    from regard.decide.replay.stored import replay_stored
    from regard.versions.selectors import active_playbook

    compared = replay_stored(playbook=active_playbook().playbook)
    if as_json:
        emit(asdict(compared))
    else:
        for key, (live, again) in compared.differences.items():
            sys.stdout.write(f"{key}: live {live}, again {again}\n")
        say(
            f"{compared.cycles:,} cycles, {compared.decisions:,} decisions, {len(compared.differences):,} differ."
        )
    if compared.differences:
        raise typer.Exit(1)


def _playbook(file: Path | None) -> tuple[Playbook, bool]:
    """Return the playbook to replay, and whether it is another one than the active."""
    from regard.kernel.issues import Level, Refused
    from regard.playbooks.load import load_playbook
    from regard.versions.selectors import active_playbook

    if file is None:
        return active_playbook().playbook, False
    loaded = load_playbook(file.read_text(encoding="utf-8"), where=str(file))
    errors = [i for i in loaded.issues if i.level == Level.ERROR]
    if loaded.playbook is None or errors:
        raise Refused(*(errors or loaded.issues))
    try:
        return loaded.playbook, active_playbook().hash != loaded.hash
    except Refused:
        return loaded.playbook, False


def _person(text: str) -> int:
    from regard.cli.person import find_or_refuse

    return find_or_refuse(text)


def _write_decisions(path: Path, rows: list[dict[str, Any]]) -> None:
    import json

    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    say(f"Written: {path} ({len(rows):,} decisions)")


def _print_person(rows: list[dict[str, Any]]) -> None:
    print_table(
        ("when", "journey", "step", "verdict", "because", "depends on"),
        (
            (r["t"][:16], r["journey"], r["step"], r["verdict"], r["words"], r["supposed"])
            for r in rows
        ),
        empty="Nothing would have happened to this person.",
    )


def _print_found(found: Found, lines: list[dict[str, Any]]) -> None:
    write = sys.stdout.write
    write(
        f"{found.start:%Y-%m-%d} to {found.end:%Y-%m-%d}: {found.people:,} people, {found.messages:,} messages, "
    )
    write(
        f"{sum(d.tasks for d in found.days):,} tasks, cost {found.cost_minor / 100:,.2f} {found.currency}\n\n"
    )
    print_table(
        ("journey", "entered", "held out", "still inside", "how it ended"),
        (
            (
                j.journey,
                j.entered,
                j.held_out,
                j.inside,
                ", ".join(f"{n} {why}" for why, n in list(j.ends.items())[:4]),
            )
            for j in found.journeys
        ),
    )
    _print_steps(found)
    write(f"Days over the team's {found.capacity} minutes: {found.over_capacity}\n")
    if lines:
        print_table(
            ("changes", "step", "went before", "would go", "held back before", "held back"),
            (
                (
                    x["journey"],
                    x["step"],
                    x["went_before"],
                    x["went"],
                    x["refused_before"],
                    x["refused"],
                )
                for x in lines
            ),
        )
    for note in found.notes:
        say(note)
    say(f"Took {sum(found.took_ms.values()) / 1000:.1f} s: {found.took_ms}")


def _print_steps(found: Found) -> None:
    """Print what each step would do, and why people were held back or delayed."""
    from regard.decide.selectors import SHORT

    print_table(
        ("journey", "step", "would go", "held back", "delayed at the end", "depends on the answer"),
        (
            (
                s.journey,
                s.step,
                s.went,
                sum(s.no.values()),
                s.delayed,
                ", ".join(f"{n} if {k}" for k, n in s.depends.items()),
            )
            for s in found.steps
        ),
    )
    print_table(
        ("held back because", "people"),
        ((SHORT.get(code, code), n) for code, n in found.held.items()),
    )
    print_table(
        ("delayed because", "people"),
        ((SHORT.get(code, code), n) for code, n in found.delayed.items()),
    )
    print_table(("messages in one week", "times"), found.a_week.items())


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
    over: Annotated[
        int, typer.Option(min=0, max=90, metavar="DAYS", help="Let them go on over so many days.")
    ] = 0,
) -> None:
    """Let everybody in a paused journey go on, at once or over some days."""
    start_django()
    from regard.decide.services import resume_journey

    _known(name)
    say(f"{resume_journey(journey=name, by='cli', now=clock(), release_days=over):,} people go on.")


def _known(name: str) -> None:
    from regard.versions.selectors import active_playbook

    if name not in active_playbook().playbook.journeys:
        raise nothing(f"There is no journey '{name}'.")
