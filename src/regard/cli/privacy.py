"""`regard erase PERSON`, and the export of all that is held of one person."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from regard.cli.frame import AsJson, clock, emit, nothing, say
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def erase(
    person: Annotated[str, typer.Argument(help="A public id, an e-mail, a user id, a phone.")],
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person everywhere: rows, copies, queues, what the database keeps behind. Prints the receipt."""
    start_django()
    from regard.privacy.erasing import erase_person
    from regard.profile.selectors import person_card

    now = clock()
    found = _find(person)
    card = person_card(found)
    _ask(card.name, card.public_id, yes=yes)
    receipt = erase_person(person=found, by="cli", now=now, origin="cli")
    if as_json:
        emit(receipt.as_json())
        return
    say(f"Erased. Receipt {receipt.number}; the store: {receipt.store}.")
    for name, number in receipt.counts.items():
        say(f"  {name.replace('_', ' ')}: {number}")
    say("Backups made before end at their written term; one restored earlier is erased again by the restore.")


def export(person: str, file: Path | None, *, as_json: bool) -> None:
    """Write everything held about a person into a zip file; used by `regard export person`."""
    start_django()
    from regard.identify.selectors import public_id_of
    from regard.privacy.exporting import export_person

    now = clock()
    found = _find(person)
    target = file or Path(f"{public_id_of(found)}-{now:%Y-%m-%d}.zip")
    done = export_person(person=found, file=target, by="cli", now=now, origin="cli")
    if as_json:
        emit({"file": str(done.file), "person": done.person, "rows": done.counts})
        return
    say(f"{sum(done.counts.values()):,} rows of {len(done.counts)} kinds written:")
    sys.stdout.write(f"{done.file}\n")


def _find(person: str) -> int:
    from regard.flow import absorb_journal
    from regard.identify.selectors import find_person
    from regard.identify.services import company_country

    absorb_journal(now=clock())
    found = find_person(person, country=company_country())
    if found is None:
        raise nothing(
            f"nobody is known by '{person}'",
            hint="give a public id (per_...), an e-mail or a user id",
        )
    return found


def _ask(name: str, public_id: str, *, yes: bool) -> None:
    """Let the person at the keyboard type the end of the public id: erasing cannot be undone."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("Erasing cannot be undone. Say --yes to do it without a terminal.")
    typed = typer.prompt(f"Erase {name} for good? Type the last four of {public_id}", err=True)
    if typed.strip().lower() != public_id[-4:]:
        raise typer.Abort
