"""`regard doctor`: look at this installation and say what to do."""

from __future__ import annotations

from dataclasses import asdict

import typer

from regard.cli.frame import FAILED, AsJson, clock, emit, print_table, say
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None)
MARKS = {"ok": "ok", "warning": "look", "failed": "FAILED"}


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check database, journal, worker, disk, secret, mail, playbook and clock. Exit code 1 where one failed."""
    start_django()
    from regard.operations.checks import ALL, State, run_checks

    found = run_checks(ALL, now=clock())
    if as_json:
        emit({"checks": [asdict(check) for check in found]})
    else:
        print_table(("", "what", "how it is"), [(MARKS[c.state], c.name, c.words) for c in found])
        for check in found:
            if check.state is not State.OK:
                say(f"{check.name}: {check.fix}")
    if any(check.state is State.FAILED for check in found):
        raise typer.Exit(FAILED)
