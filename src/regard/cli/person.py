"""`regard person show`: who somebody is, what they agreed to, where they stand, what happened last."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from regard.cli.frame import AsJson, clock, emit, iso, nothing, print_table, say, say_next
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def person() -> None:
    """People, found by `per_...`, e-mail, user id, phone or `kind:value`."""


@app.command()
def show(
    who: Annotated[str, typer.Argument(metavar="ID", help="per_..., an e-mail, a user id, or kind:value.")],
    touchpoints: Annotated[int, typer.Option(min=0, max=200, help="How many of the newest touchpoints.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show one person."""
    start_django()
    told = _everything(find_or_refuse(who), touchpoints)
    if as_json:
        emit(told)
        return
    sys.stdout.write(f"{told['name']}  {told['id']}\n")
    print_table(("known as", ""), [(i["kind"], i["value"]) for i in told["identifiers"]])
    print_table(
        ("field", "value", "told by"),
        [(f["name"], f["value"], f["source"]) for f in told["fields"]],
    )
    print_table(
        ("trait", "value"),
        [(t["label"], t["words"]) for t in told["traits"]],
        empty="No traits computed yet: 'regard cycle'.",
    )
    print_table(
        ("segment", "since", "because"),
        [(s["label"], s["since"][:10], s["words"]) for s in told["segments"]],
        empty="In no segment.",
    )
    print_table(
        ("purpose", "channel", "may we", "why"),
        [(c["purpose"], c["channel"], "yes" if c["allowed"] else "no", c["words"]) for c in told["consents"]],
    )
    print_table(
        ("when", "what", "channel"),
        [(t["occurred_at"][:16], t["name"], t["channel"]) for t in told["touchpoints"]],
    )
    say(f"{told['touchpoint_count']:,} touchpoints in all.")
    say_next(f"regard why {told['id']}")


def find_or_refuse(who: str) -> int:
    """Return the surviving person meant. Raises Refused (exit code 3) where there is none."""
    from regard.identify.selectors import find_person

    found = find_person(who)
    if found is None:
        raise nothing(f"nobody is known as '{who}'", hint="per_..., an e-mail, a user id, or kind:value")
    return found


def _everything(person_id: int, most: int) -> dict[str, Any]:
    from regard.collect.selectors import tally, timeline_page
    from regard.consent.selectors import consent_matrix
    from regard.decide.live.permission import permissions_of
    from regard.identify.selectors import identifiers_of, origins_of
    from regard.profile.selectors import fields_of, person_card
    from regard.understand.selectors import segments_of, traits_of
    from regard.versions.selectors import active_playbook

    playbook, now = active_playbook().playbook, clock()
    cells = consent_matrix(person_id, now)
    may = permissions_of(person_id, [(c.purpose, c.channel) for c in cells], as_of=now, playbook=playbook)
    card, origins = person_card(person_id), origins_of(person_id)
    rows = timeline_page(origins, limit=most).rows if most else []
    return {
        "id": card.public_id,
        "name": card.name,
        "identifiers": [{"kind": i.kind, "value": i.value} for i in identifiers_of(person_id)],
        "fields": [
            {"name": f.name, "value": f.value, "source": f.source, "told_at": iso(f.occurred_at)}
            for f in fields_of(person_id)
        ],
        "traits": [
            {"name": t.name, "label": t.label, "value": t.value, "words": t.words}
            for t in traits_of(person_id, playbook=playbook)
        ],
        "segments": [
            {"name": s.name, "label": s.label, "since": iso(s.since_at), "words": s.words}
            for s in segments_of(person_id, playbook=playbook)
        ],
        "consents": [_cell(cell, may[cell.purpose, cell.channel]) for cell in cells],
        "touchpoint_count": tally(origins).count,
        "touchpoints": [
            {"id": t.id, "name": t.name, "channel": t.channel, "occurred_at": iso(t.occurred_at)} for t in rows
        ],
    }


def _cell(cell: Any, may: Any) -> dict[str, Any]:
    return {
        "purpose": cell.purpose,
        "channel": cell.channel,
        "state": cell.state,
        "allowed": may.allowed,
        "words": cell.words if may else may.reason.words,
        "change": may.reason.change,
    }
