"""`regard outbox`: the messages, whatever their state."""

from __future__ import annotations

from typing import Annotated

import typer

from regard.cli.frame import AsJson, emit_items, iso, print_table
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def outbox() -> None:
    """What was, is or will be sent, and what became of it."""


@app.command("list")
def list_messages(
    state: Annotated[list[str] | None, typer.Option(help="Only these states; may be given more than once.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List messages, newest first."""
    start_django()
    from regard.act.models import Message
    from regard.act.selectors import outbox as newest
    from regard.kernel.ids import public_id

    known = [str(value) for value in Message.State.values]
    for given in state or ():
        if given not in known:
            raise typer.BadParameter(f"'{given}' is no state; one of: {', '.join(known)}", param_hint="--state")
    rows = newest(states=state or (), limit=limit)
    if as_json:
        emit_items(
            {
                "id": public_id("msg", row.public_id),
                "state": row.state,
                "kind": row.kind,
                "cause": f"{row.cause_kind}:{row.cause_id}",
                "asked_by": row.asked_by,
                "channel": row.channel,
                "purpose": row.purpose,
                "template": row.template,
                "address": row.address,
                "subject": row.subject,
                "queued_at": iso(row.queued_at),
                "due_at": iso(row.due_at),
                "sent_at": iso(row.sent_at),
                "note": row.note,
            }
            for row in rows
        )
        return
    print_table(
        ("state", "kind", "due", "to", "subject", "note"),
        [
            (
                row.state,
                row.kind,
                row.due_at,
                row.address or "(at sending)",
                row.subject or row.template,
                row.note[:60],
            )
            for row in rows
        ],
        empty="The outbox is empty.",
    )
