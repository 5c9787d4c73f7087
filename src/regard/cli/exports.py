"""`regard export`: the log, the people, or all that is held of one person, as files."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from regard.cli.frame import AsJson, clock, say
from regard.cli.start import start_django

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
Form = Annotated[str, typer.Option("--format", help="ndjson or csv.")]
Out = Annotated[Path | None, typer.Option("--out", help="The file to write. Default: stdout.")]
_FORMS = ("ndjson", "csv")


@app.callback()
def export() -> None:
    """Write data out. What clients sent until now is taken in first, so nothing acknowledged is missing."""


@app.command()
def touchpoints(form: Form = "ndjson", out: Out = None) -> None:
    """Write one line a touchpoint, in the order of the log."""
    _check(form)
    start_django()
    from regard import flow
    from regard.exports.touchpoints import CSV_COLUMNS, touchpoint_lines

    flow.absorb_journal(now=clock())
    _write(touchpoint_lines(), CSV_COLUMNS, form, out, "touchpoints")


@app.command()
def people(form: Form = "csv", out: Out = None) -> None:
    """Write one line a person: their ids and every field known of them."""
    _check(form)
    start_django()
    from regard import flow
    from regard.exports.people import columns, person_lines

    flow.absorb_journal(now=clock())
    _write(person_lines(), columns() if form == "csv" else (), form, out, "people")


@app.command()
def person(
    who: Annotated[str, typer.Argument(metavar="PERSON", help="A public id, an e-mail, a user id, a phone.")],
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Write all that is held of one person into a zip file."""
    from regard.cli.privacy import export as export_person

    export_person(who, out, as_json=as_json)


def _check(form: str) -> None:
    if form not in _FORMS:
        raise typer.BadParameter(f"'{form}' is not a format: one of {', '.join(_FORMS)}")


def _write(lines: Iterable[dict[str, Any]], columns: Sequence[str], form: str, out: Path | None, words: str) -> None:
    from regard.exports.writing import write_csv, write_ndjson

    with ExitStack() as stack:
        file: BinaryIO = sys.stdout.buffer if out is None else stack.enter_context(out.open("wb"))
        if form == "ndjson":
            count = write_ndjson(lines, file)
        else:
            text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
            count = write_csv(lines, columns, text)
            text.flush()
            text.detach()
        file.flush()
    if out is not None:
        say(f"{count:,} {words} written to {out}")
