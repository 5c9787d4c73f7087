"""`regard cycle`: take the clock on once, by hand or at a time that is given."""

from __future__ import annotations

from dataclasses import asdict

import typer

from regard.cli.frame import AsJson, AsOf, clock, emit, say, say_next
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def cycle(as_of: AsOf = "", as_json: AsJson = False) -> None:
    """Absorb, understand, decide, act and learn once, and say what was done. Sending is the worker's."""
    now = clock(as_of)
    start_django()
    from regard.flow import run_cycle

    report = run_cycle(as_of=now)
    if as_json:
        emit(asdict(report))
        return
    say(str(report))
    say_next("regard outbox list")
