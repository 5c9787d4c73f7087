"""`regard key`: keys for the API. A key is shown once, when it is made."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from regard.cli.auditing import note_act
from regard.cli.frame import (
    AsJson,
    clock,
    confirm,
    emit,
    emit_items,
    iso,
    nothing,
    print_table,
    say,
)
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)
KINDS = ("write", "read")


@app.callback()
def key() -> None:
    """A write key sends messages and reads nothing; a read key reads people, touchpoints, segments, decisions."""


@app.command()
def create(
    kind: Annotated[str, typer.Option(help="write (for clients that send) or read (for programs that ask).")] = "write",
    name: Annotated[str, typer.Option(help="What it is for; a write key's source has this name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and print it; it is not kept and cannot be shown again."""
    if kind not in KINDS:
        raise typer.BadParameter(f"'{kind}' is no kind of key: write or read", param_hint="--kind")
    start_django()
    from regard.collect.intake.keys import create_key

    made = create_key(scope=kind, name=name or f"{kind} key", now=clock())
    note_act("create key", "key", made.key.prefix, scope=kind)
    if as_json:
        emit(
            {
                "key": made.secret,
                "id": made.key.pk,
                "kind": kind,
                "name": made.key.name,
                "prefix": made.key.prefix,
            }
        )
        return
    sys.stdout.write(made.secret + "\n")
    say("Keep it now: only its hash is stored.")


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List every key by its prefix, with its last use."""
    start_django()
    from regard.collect.selectors import key_list

    keys = key_list()
    if as_json:
        emit_items(
            {
                "id": k.pk,
                "kind": k.scope,
                "name": k.name,
                "prefix": k.prefix,
                "created_at": iso(k.created_at),
                "last_used_at": iso(k.last_used_at),
                "revoked_at": iso(k.revoked_at),
            }
            for k in keys
        )
        return
    print_table(
        ("id", "kind", "name", "prefix", "made", "last used", "revoked"),
        [(k.pk, k.scope, k.name, k.prefix, k.created_at, k.last_used_at, k.revoked_at) for k in keys],
        empty="No keys yet: 'regard key create'.",
    )


@app.command()
def revoke(
    which: Annotated[str, typer.Argument(metavar="ID", help="The id or the prefix of the list.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Revoke a key at once and for good."""
    start_django()
    from regard.collect.intake.keys import revoke_key
    from regard.collect.selectors import key_list

    found = [k for k in key_list() if which in (str(k.pk), k.prefix)]
    if not found:
        raise nothing(f"there is no key {which}", hint="'regard key list'")
    confirm(f"Revoke {found[0].prefix} ({found[0].name})?", yes=yes)
    revoke_key(key_id=found[0].pk, now=clock())
    note_act("revoke key", "key", found[0].prefix)
    say(f"{found[0].prefix} is revoked.")
