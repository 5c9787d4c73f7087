"""`regard sample`: the sample shop, a real order history with an invented overlay."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from regard.cli.frame import AsJson, AsOf, clock, emit, say, say_next
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def sample() -> None:
    """The sample shop: real orders (CDNOW, published for research), everything else invented and marked so."""


@app.command()
def load(
    as_of: AsOf = "",
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Load the sample shop into this data folder. Refused where the folder holds a company's own data."""
    start_django()
    now: datetime = clock(as_of)
    from regard.cli.progress import stages_bar
    from regard.sample.load import load_sample

    with stages_bar(quiet=quiet) as tell:
        stored = load_sample(now, tell)
    if as_json:
        emit({"touchpoints": stored})
    else:
        say(f"The sample shop is loaded: {stored:,} touchpoints. Nothing in it can be sent.")
        say_next("regard up")
