"""The options of `regard import FILE`, each with the words its help shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, CSV.gz, NDJSON or Parquet.")]
KindName = Annotated[
    str,
    typer.Option(
        "--kind",
        help="people, orders, order-lines, tickets, answers, touchpoints. Default: guessed.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="Correct a column, such as 'Kunde=user_id'; 'COLUMN=' keeps it as it is.",
    ),
]
SourceName = Annotated[str, typer.Option("--source", help="The system the file is from; its ids count within it.")]
Consent = Annotated[
    list[str] | None,
    typer.Option(
        "--consent",
        metavar="PURPOSE=STATE",
        help="What all these people agreed to: granted or withdrawn, such as offers=granted.",
    ),
]
ConsentSource = Annotated[str, typer.Option("--consent-source", help="Where and how they agreed; a grant needs it.")]
Dates = Annotated[str, typer.Option("--dates", help="Order of dates such as 03/04/2025: dmy, mdy or ymd.")]
Decimal = Annotated[str, typer.Option("--decimal", help="The decimal mark: , or .")]
Delimiter = Annotated[str, typer.Option("--delimiter", help="The delimiter; \\t is a tab.")]
Encoding = Annotated[str, typer.Option("--encoding", help="The encoding, such as utf-8 or windows-1252.")]
Currency = Annotated[str, typer.Option("--currency", help="The currency of amounts without one.")]
Zone = Annotated[
    str,
    typer.Option("--zone", help="The time zone of times without one. Default: the company's."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read everything, store nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no plan.")]
