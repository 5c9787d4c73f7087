"""`regard restore`: one command from an empty machine to everything a backup holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from regard.cli.frame import FAILED, AsJson, choose_data_folder, clock, emit, say, say_next
from regard.cli.start import start_django
from regard.config import prepare_folder, read_config, read_secret
from regard.kernel.issues import Issue, Refused

if TYPE_CHECKING:
    from regard.operations.backup import Restored

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def restore(
    file: Path,
    data: Annotated[
        str,
        typer.Option(help="The empty folder to restore into (else REGARD_DATA, else the platform's)."),
    ] = "",
    secret: Annotated[Path | None, typer.Option(help="The secret.key of the machine the backup was made on.")] = None,
    erasures: Annotated[
        Path | None,
        typer.Option(help="The erased.list of that machine: who was erased since is erased again."),
    ] = None,
    expired: Annotated[bool, typer.Option("--expired", help="Bring a backup back whose term is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty folder or database, and erase again who was erased since."""
    for given in (file, erasures):
        if given is not None and not given.is_file():
            raise Refused(Issue(str(given), "there is no such file", code="not_found"))
    if data:
        choose_data_folder(data)
    _place_secret(secret)
    start_django(prepare=False)
    _tell(_bring_back(file, erasures, take_expired=expired), as_json=as_json)
    say_next(f"regard up --data {read_config().folder}")


def _bring_back(file: Path, erasures: Path | None, *, take_expired: bool) -> Restored:
    from django.conf import settings
    from django.db import connection

    from regard.operations.backup import check_backup, restore_backup
    from regard.privacy.erased_list import take_over
    from regard.privacy.erasing import apply_erasures_after_restore

    now, secret = clock(), settings.SECRET_KEY
    manifest = check_backup(file=file, now=now, secret=secret, vendor=connection.vendor, take_expired=take_expired)
    if erasures is not None:
        take_over(erasures, now=now)
    return restore_backup(file=file, manifest=manifest, erase_again=lambda: apply_erasures_after_restore(now=now))


def _tell(done: Restored, *, as_json: bool) -> None:
    """Say what came back. Raises typer.Exit where the counts differ from the manifest's."""
    manifest = done.manifest
    if as_json:
        emit(
            {
                "created_at": manifest.created_at,
                "last_seq": manifest.last_seq,
                "counts": manifest.counts,
                "differing": done.differing,
                "erased_again": done.erased_again,
            }
        )
    stored = manifest.counts.get("collect_touchpoint", 0)
    say(
        f"The backup of {manifest.created_at[:16]} is back: {stored:,} touchpoints, up to number {manifest.last_seq:,}."
    )
    if done.erased_again:
        say(f"{done.erased_again} people erased since were erased again.")
    for table, (then, here) in done.differing.items():
        say(f"{table}: {then} rows in the backup, {here} here")
    if done.differing:
        raise typer.Exit(FAILED)


def _place_secret(given: Path | None) -> None:
    """Put the secret where this installation reads it. An installation that has another one keeps it."""
    config = read_config()
    if given is None or os.environ.get("REGARD_SECRET_KEY"):
        return
    text = given.read_text().strip()
    if config.secret_file.exists():
        if read_secret(config) != text:
            raise Refused(
                Issue(
                    str(config.folder),
                    "holds another secret already",
                    hint="restore into an empty folder",
                    code="policy",
                )
            )
        return
    config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(config.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as target:
        target.write(text)
    prepare_folder(config)
