"""`regard import`: a file into the log, shown before it is done; list the imports, take one back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regard.cli.auditing import note_act
from regard.cli.frame import (
    AsJson,
    AsOf,
    DefaultGroup,
    clock,
    confirm,
    emit,
    emit_items,
    iso,
    nothing,
    print_table,
    say,
    say_next,
    tell_issues,
)
from regard.cli.import_options import (
    Consent,
    ConsentSource,
    Currency,
    Dates,
    Decimal,
    Delimiter,
    DryRun,
    Encoding,
    File,
    KindName,
    Map,
    Quiet,
    SourceName,
    Yes,
    Zone,
)
from regard.cli.start import start_django
from regard.kernel.issues import Refused

if TYPE_CHECKING:
    from regard.collect.importing.plan import ImportPlan, Wishes
    from regard.imports.batches import BatchRow
    from regard.imports.check import ImportCheck
    from regard.imports.consents import ConsentsAsked


class _ImportGroup(DefaultGroup):
    default = "file"


app = typer.Typer(cls=_ImportGroup, add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Read people, orders, order lines, tickets, survey answers or touchpoints from CSV (also .gz), NDJSON or Parquet.

    `regard import FILE` is short for `regard import file FILE`. Stopped or killed, the same command goes on.
    """


@app.command("file")
def file_command(
    path: File,
    kind: KindName = "",
    mapping: Map = None,
    source: SourceName = "import",
    consent: Consent = None,
    consent_source: ConsentSource = "",
    dates: Dates = "",
    decimal: Decimal = "",
    delimiter: Delimiter = "",
    encoding: Encoding = "",
    currency: Currency = "",
    zone: Zone = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    as_of: AsOf = "",
) -> None:
    """Import FILE. What it is and what its columns mean is guessed, shown, and corrected with --map."""
    start_django()
    from regard.imports.wishes import asked_of, wishes_of

    now = clock(as_of)
    wishes = wishes_of(
        kind=kind,
        mapping=mapping or [],
        dates=dates,
        decimal=decimal,
        delimiter=delimiter,
        encoding=encoding,
        currency=currency,
        zone=zone,
    )
    columns = [name for name in wishes.mapping.values() if name.startswith("consent:")]
    asked = asked_of(consent or [], consent_source, columns)
    plan = _shown_plan(path, wishes, as_json=as_json, quiet=quiet)
    if dry_run:
        _dry_run(plan, source, now, as_json=as_json, quiet=quiet)
        return
    if not asked and not quiet and not yes and sys.stdin.isatty():
        asked = _ask_consent()
    if not yes and sys.stdin.isatty():
        confirm(f"Import about {plan.table.about_rows:,} rows?", yes=False)
    _run(plan, source, asked, now, as_json=as_json, quiet=quiet)


def _shown_plan(path: Path, wishes: Wishes, *, as_json: bool, quiet: bool) -> ImportPlan:
    """Return what the file is read as, said to whoever watches. Raises Refused for a plan with errors."""
    from regard.collect.importing.plan import make_plan

    plan = make_plan(path, wishes)
    if not quiet and not (as_json and plan.errors):
        _show_plan(plan)
    if plan.errors:
        raise Refused(*plan.errors)
    return plan


def _run(plan: ImportPlan, source: str, asked: list[ConsentsAsked], now: Any, *, as_json: bool, quiet: bool) -> None:
    from regard.cli.progress import rows_bar
    from regard.config import read_config
    from regard.imports.run import Progress, StoppedImportError, run_import

    try:
        with rows_bar(plan.survey.path.name, plan.table.about_rows, quiet=quiet) as tell:
            known = before = 0

            def on_progress(progress: Progress) -> None:
                nonlocal known, before
                known = progress.known
                if progress.resumed_at and not before:
                    before = progress.resumed_at
                    say(f"An earlier run was stopped after {before:,} rows; this one goes on there.")
                tell(progress.read, progress.about_rows)

            batch = run_import(
                plan=plan,
                folder=read_config().folder / "imports",
                now=now,
                source=source,
                asked=asked,
                on_progress=on_progress,
            )
    except StoppedImportError as stopped:
        say(
            f"Stopped after {stopped.batch.rows_read:,} rows. The same command goes on; 'regard import undo {stopped.batch.name}' takes them back."
        )
        raise typer.Exit(1) from None
    if as_json:
        emit(_batch_json(batch))
        return
    say(
        f"{batch.name}: {batch.rows_read:,} rows read{f' ({before:,} of them by the earlier run)' if before else ''}, "
        f"{batch.rows_stored:,} touchpoints stored, {batch.rows_rejected:,} rows rejected"
        + (f", {known:,} here already." if known else ".")
    )
    if batch.rows_rejected:
        say(f"Rejected rows with their reasons: {batch.rejects_file} (mend and import that file)")
    if not asked:
        say("What these people agreed to is unknown: nothing can be sent to them.")
    say_next(f"regard segment list    (take it back: regard import undo {batch.name})")


def _dry_run(plan: ImportPlan, source: str, now: Any, *, as_json: bool, quiet: bool) -> None:
    from regard.cli.progress import rows_bar
    from regard.config import read_config
    from regard.imports.check import check_file

    with rows_bar("checking", plan.table.about_rows, quiet=quiet) as tell:
        check = check_file(plan=plan, folder=read_config().folder / "imports", now=now, source=source, on_rows=tell)
    if as_json:
        emit(_check_json(plan, check))
        return
    say(
        f"{check.rows:,} rows: {check.new:,} touchpoints would be stored, {check.known:,} are here already, {check.rejected:,} rows would be rejected."
    )
    for reason, count in check.reasons:
        alike = ", and the like" if count > 1 and "'" in reason else ""
        say(f"  {count:>8,}  {reason}{alike}")
    say("Nothing was stored.")


def _show_plan(plan: ImportPlan) -> None:
    form = {"csv": "CSV", "ndjson": "NDJSON", "parquet": "Parquet"}[plan.survey.format]
    parts = [form + (" (gzip)" if plan.survey.is_gzip else "")]
    if plan.survey.format == "csv":
        mark = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "bar"}.get(plan.table.delimiter, plan.table.delimiter)
        parts += [
            plan.survey.encoding,
            f"cut by {mark}",
            "with a heading" if plan.table.has_header else "without a heading",
        ]
    parts += [plan.formats.numbers.words(), plan.formats.currency]
    say(f"{plan.survey.path.name}: {', '.join(parts)}")
    say(f"Read as {plan.kind.name}: {plan.kind.words}. Times without a zone: {plan.formats.zone}.")
    by_column = {match.column: match for match in plan.matches}
    for column, looks in plan.looks.items():
        match = by_column.get(column)
        meaning = "kept under its own name" if match is None else match.field
        if match is not None and column in plan.formats.dates:
            meaning += f" ({plan.formats.dates[column].words()})"
        sure = "" if match is None else f"{match.confidence:.0%}"
        say(f"  {column[:28]:<28} -> {meaning:<44} {sure:>4}  e.g. {', '.join(looks.examples)[:60]}")
    tell_issues(issue for issue in plan.issues if issue not in plan.errors)


def _ask_consent() -> list[ConsentsAsked]:
    from regard.imports.wishes import asked_of, purposes_to_ask

    say("What did these people agree to? Enter keeps it unknown, and nothing can be sent.")
    agreed = [
        f"{purpose}=granted"
        for purpose, words in purposes_to_ask()
        if typer.confirm(f"  All of them agreed to {purpose} ({words})", default=False, err=True)
    ]
    if not agreed:
        return []
    told = typer.prompt("  Where and how did they agree (form, date, wording)", err=True)
    return asked_of(agreed, str(told))


def _batch_json(batch: BatchRow) -> dict[str, Any]:
    return {
        "batch": batch.name,
        "kind": batch.kind,
        "file": batch.file_name,
        "source": batch.source,
        "state": batch.state,
        "rows_read": batch.rows_read,
        "rows_stored": batch.rows_stored,
        "rows_rejected": batch.rows_rejected,
        "rejects_file": batch.rejects_file,
        "started_at": iso(batch.started_at),
        "finished_at": iso(batch.finished_at),
    }


def _check_json(plan: ImportPlan, check: ImportCheck) -> dict[str, Any]:
    return {
        "plan": plan.as_json(),
        "rows": check.rows,
        "new": check.new,
        "known": check.known,
        "rejected": check.rejected,
        "reasons": dict(check.reasons),
        "warnings": [str(issue) for issue in plan.issues],
    }


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List the imports, newest first."""
    start_django()
    from regard.imports.batches import list_batches

    batches = list_batches()
    if as_json:
        emit_items(_batch_json(batch) for batch in batches)
        return
    print_table(
        ("batch", "kind", "file", "state", "rows", "stored", "rejected", "started"),
        (
            (
                b.name,
                b.kind,
                b.file_name,
                b.state,
                b.rows_read,
                b.rows_stored,
                b.rows_rejected,
                b.started_at,
            )
            for b in batches
        ),
        empty="Nothing was imported yet.",
    )


@app.command()
def undo(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="bat_..., as 'regard import list' shows it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take an import back: exactly its rows go; what colleagues did since stays and is listed."""
    start_django()
    from regard.imports.batches import find_batch
    from regard.imports.undo import plan_undo, undo_batch

    found = find_batch(batch)
    if found is None:
        raise nothing(f"there is no import {batch}", hint="regard import list")
    planned = plan_undo(found)
    if not dry_run:
        if not yes and sys.stdin.isatty():
            confirm(
                f"Take back {planned.touchpoints:,} touchpoints and {planned.people:,} people?",
                yes=False,
            )
        planned = undo_batch(batch=found, now=clock())
        note_act("undo import", "import", batch, touchpoints=planned.touchpoints)
    if as_json:
        emit(planned.as_json() | {"batch": batch, "dry_run": dry_run})
        return
    verb = "Would take back" if dry_run else "Took back"
    say(
        f"{verb} {planned.touchpoints:,} touchpoints, {planned.fields:,} fields, {planned.consents:,} consents, {planned.ids:,} ids and {planned.people:,} people."
    )
    for words in planned.kept[:20]:
        say(f"  kept: {words}")
    if len(planned.kept) > 20:
        say(f"  and {len(planned.kept) - 20:,} more kept")
