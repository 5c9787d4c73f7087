"""`regard playbook`: see what a file would change, apply it, write the active one out, list the versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from regard.cli.auditing import note_act
from regard.cli.frame import AsJson, clock, emit, emit_items, iso, print_table, say, say_next
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def playbook() -> None:
    """The playbook in the database is the truth; files are how it travels."""


@app.command()
def plan(file: Path, as_json: AsJson = False) -> None:
    """Check FILE and say what would change, writing nothing."""
    text = _read(file)
    start_django()
    from regard.versions.services import plan_playbook

    planned = plan_playbook(text=text, where=str(file))
    if as_json:
        changes = [
            {"where": d.where, "verb": d.verb, "before": d.before, "after": d.after}
            for d in planned.differences
        ]
        emit(
            {
                "hash": planned.hash,
                "active": planned.active_hash,
                "is_stale": planned.is_stale,
                "changes": changes,
            }
        )
        return
    for difference in planned.differences:
        sys.stdout.write(f"{difference}\n")
    if planned.is_stale:
        say(
            f"This file was made from {planned.base[:12]}, but {planned.active_hash[:12]} is active."
        )
    elif not planned.differences:
        say("Nothing differs from the active playbook.")
    else:
        say_next(f"regard playbook apply {file}")


@app.command()
def apply(
    file: Path,
    over: Annotated[
        bool,
        typer.Option(
            "--over", help="Apply although the active version is newer than the file's base."
        ),
    ] = False,
    note: Annotated[str, typer.Option(help="Why, for the list of versions.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check FILE, make it the active playbook, and note in the file which version it now is."""
    text = _read(file)
    start_django()
    from regard.versions.base_line import split_base, with_base
    from regard.versions.services import apply_playbook

    done = apply_playbook(
        text=text, by="cli", now=clock(), where=str(file), note=note[:200], over_newer=over
    )
    if str(file) != "-" and split_base(text)[0]:
        file.write_text(with_base(text, done.hash), encoding="utf-8")
    note_act("apply playbook", "playbook", done.hash[:12], changes=len(done.differences))
    for difference in done.differences:
        say(f"  {difference}")
    if as_json:
        emit(
            {
                "hash": done.hash,
                "seq": done.seq,
                "is_new": done.is_new,
                "changes": len(done.differences),
            }
        )
    else:
        say(f"Version {done.hash[:12]} {'is active now' if done.is_new else 'was active already'}.")
        say_next("regard cycle")


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
