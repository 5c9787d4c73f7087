"""`regard refresh`: everybody anew, from the whole log."""

from __future__ import annotations

from dataclasses import asdict

import typer

from regard.cli.frame import AsJson, AsOf, clock, emit, say, say_next
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def refresh(as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Compute every trait and segment of everybody from the whole log, and publish what changed."""
    now = clock(as_of)
    start_django()
    from regard.flow import run_cycle

    report = run_cycle(as_of=now, everybody=True)
    if as_json:
        emit(asdict(report))
        return
    say(str(report))
    say_next("regard segment list")
