"""`regard playbook`: see what a file would change, apply it, write the active one out, list the versions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regard.cli.auditing import note_act
from regard.cli.frame import AsJson, clock, emit, emit_items, iso, print_table, say, say_next
from regard.cli.start import start_django

if TYPE_CHECKING:
    from regard.decide.steering.before_publishing import Publishing
    from regard.decide.steering.to_another_version import Crossed
    from regard.versions.services import Applied

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def playbook() -> None:
    """The playbook in the database is the truth; files are how it travels."""


@app.command()
def plan(file: Path, as_json: AsJson = False) -> None:
    """Check FILE and say what would change and for whom, writing nothing."""
    text = _read(file)
    start_django()
    from regard.decide.services import preview_publishing
    from regard.versions.services import plan_playbook

    planned = plan_playbook(text=text, where=str(file))
    touched = [row for row in preview_publishing(planned.playbook) if row.matters]
    if as_json:
        changes = [
            {"where": d.where, "verb": d.verb, "before": d.before, "after": d.after} for d in planned.differences
        ]
        emit(
            {
                "hash": planned.hash,
                "active": planned.active_hash,
                "is_stale": planned.is_stale,
                "changes": changes,
                "journeys": [asdict(row) | {"gone": dict(row.gone)} for row in touched],
            }
        )
        return
    for difference in planned.differences:
        sys.stdout.write(f"{difference}\n")
    for line in _touched_lines(touched):
        sys.stdout.write(f"{line}\n")
    if planned.is_stale:
        say(f"This file was made from {planned.base[:12]}, but {planned.active_hash[:12]} is active.")
    elif not planned.differences:
        say("Nothing differs from the active playbook.")
    else:
        say_next(f"regard playbook apply {file}")


@app.command()
def apply(
    file: Path,
    over: Annotated[
        bool,
        typer.Option("--over", help="Apply although the active version is newer than the file's base."),
    ] = False,
    note: Annotated[str, typer.Option(help="Why, for the list of versions.")] = "",
    move: Annotated[
        list[str] | None,
        typer.Option(help="People inside this journey go along to its new version; may be given more than once."),
    ] = None,
    gone: Annotated[
        str,
        typer.Option(help="Who is moved but stands at a step that is gone: stay or leave."),
    ] = "stay",
    as_json: AsJson = False,
) -> None:
    """Check FILE, make it the active playbook, and note in the file which version it now is."""
    text = _read(file)
    if gone not in ("stay", "leave"):
        raise typer.BadParameter("stay or leave", param_hint="--gone")
    start_django()
    from django.db import transaction

    from regard.versions.base_line import split_base, with_base
    from regard.versions.services import apply_playbook

    with transaction.atomic():
        done = apply_playbook(text=text, by="cli", now=clock(), where=str(file), note=note[:200], over_newer=over)
        crossed = _move(move or [], gone)
    if str(file) != "-" and split_base(text)[0]:
        file.write_text(with_base(text, done.hash), encoding="utf-8")
    note_act("apply playbook", "playbook", done.hash[:12], changes=len(done.differences))
    _tell_applied(done, crossed, as_json=as_json)


def _tell_applied(done: Applied, crossed: dict[str, Crossed], *, as_json: bool) -> None:
    """Say what applying did: each difference, who was moved, and which version is active now."""
    for difference in done.differences:
        say(f"  {difference}")
    for name, to in crossed.items():
        say(f"  {name}: {to.moved} moved along, {to.left} left, {to.stayed} stayed on the version they began")
    if as_json:
        emit(
            {
                "hash": done.hash,
                "seq": done.seq,
                "is_new": done.is_new,
                "changes": len(done.differences),
                "moved": {name: asdict(to) for name, to in crossed.items()},
            }
        )
        return
    say(f"Version {done.hash[:12]} {'is active now' if done.is_new else 'was active already'}.")
    say_next("regard cycle")


def _move(names: list[str], gone: str) -> dict[str, Crossed]:
    """Move people inside the journeys named; return by journey what came of it. Raises Refused."""
    from regard.decide.services import move_people
    from regard.kernel.issues import Issue, Refused
    from regard.versions.selectors import active_playbook

    journeys = active_playbook().playbook.journeys
    crossed = {}
    for name in dict.fromkeys(names):
        if name not in journeys:
            raise Refused(Issue("--move", f"there is no journey '{name}'", code="not_found"))
        done = move_people(
            name=name,
            journey=journeys[name],
            gone="leave" if gone == "leave" else "stay",
            by="cli",
            now=clock(),
        )
        note_act("move people", "journey", name, moved=done.moved, left=done.left)
        crossed[name] = done
    return crossed


def _touched_lines(touched: list[Publishing]) -> Iterator[str]:
    """Yield a line a journey: who is inside, who would move or leave, who would come in."""
    for row in touched:
        kind = "is gone" if row.is_gone else "is new" if row.is_new else "changes"
        parts = [f"{row.inside} inside, {row.finish_on_theirs} finish on the version they began"]
        if row.movable or row.gone:
            steps = ", ".join(f"{people} at '{step}'" for step, people in row.gone)
            parts.append(
                f"with --move {row.journey} {row.movable} go along"
                + (f" and {row.at_gone} stand at a step that is gone ({steps})" if steps else "")
            )
        if row.may_enter_at_once:
            parts.append(f"{row.may_enter_at_once} could come in at once")
        if row.on_schedule:
            parts.append(f"{row.on_schedule} are let in at its next time")
        if row.uncounted:
            parts.append(f"not counted before the next cycle: {', '.join(row.uncounted)}")
        yield f"journey {row.journey} {kind}: {'; '.join(parts)}"


@app.command()
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write (else stdout).")] = None,
) -> None:
    """Write the active playbook as YAML, with the version it is on its first line."""
    start_django()
    from regard.versions.base_line import with_base
    from regard.versions.selectors import active_playbook, active_text

    active_playbook()  # refuses with a hint where there is none
    text, digest = active_text() or ("", "")
    if file is None:
        sys.stdout.write(with_base(text, digest))
    else:
        file.write_text(with_base(text, digest), encoding="utf-8")
        say(f"Version {digest[:12]} written to {file}.")
        say_next(f"regard playbook plan {file}")


@app.command("list")
def list_versions(as_json: AsJson = False) -> None:
    """List the versions applied, newest first."""
    start_django()
    from regard.versions.selectors import version_list

    rows = version_list()
    if as_json:
        emit_items(
            {
                "seq": r.seq,
                "hash": r.hash,
                "activated_at": iso(r.activated_at),
                "by": r.by,
                "note": r.note,
            }
            for r in rows
        )
        return
    print_table(
        ("version", "since", "by", "note"),
        [(r.hash[:12], r.activated_at, r.by, r.note) for r in rows],
    )


def _read(file: Path) -> str:
    """Return the text of a file, or of stdin for `-`; what is no UTF-8 is told by the loader as an issue."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return raw.decode("utf-8", errors="replace").replace("\r\n", "\n")
