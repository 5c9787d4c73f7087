"""`regard backup`: everything in one file, while running."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from regard.cli.frame import AsJson, clock, emit, say, say_next
from regard.cli.start import start_django
from regard.config import read_config, read_secret

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="Where to write (else regard-<time>.backup here).")] = None,
    keep_days: Annotated[
        int, typer.Option(min=1, max=3650, help="The term after which it may not be brought back.")
    ] = 35,
    secret: Annotated[
        Path | None, typer.Option(help="Also write the secret, to this file (0600). Keep it apart.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a backup of the running installation. The secret is never inside: keep secret.key apart from it."""
    now = clock()
    target = file or Path(f"regard-{now:%Y%m%d-%H%M%S}.backup")
    start_django()
    from regard.operations.backup import write_backup

    manifest = write_backup(file=target, now=now, kept_for=timedelta(days=keep_days))
    if secret is not None:
        _write_secret(secret)
    if as_json:
        emit(
            {
                "file": str(target),
                "bytes": target.stat().st_size,
                "last_seq": manifest.last_seq,
                "expires_at": manifest.expires_at,
                "counts": manifest.counts,
            }
        )
        return
    touchpoints = manifest.counts.get("collect_touchpoint", 0)
    say(
        f"{target}: {touchpoints:,} touchpoints, {target.stat().st_size / 1e6:.1f} MB; ends on {manifest.expires_at[:10]}."
    )
    say(f"Its secret is not inside: {read_config().secret_file} (or REGARD_SECRET_KEY) is needed to bring it back.")
    say_next(f"regard restore {target} --data NEW_FOLDER --secret {secret or read_config().secret_file}")


def _write_secret(path: Path) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(read_secret(read_config()))
