"""`regard why`: why a person is in their segments, and why they got what they got, or did not."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from regard.cli.frame import AsJson, clock, emit, iso, say
from regard.cli.person import find_or_refuse
from regard.cli.start import start_django

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def why(
    who: Annotated[str, typer.Argument(metavar="PERSON", help="per_..., an e-mail, a user id, or kind:value.")],
    decisions: Annotated[int, typer.Option(min=0, max=500, help="How many of the newest decisions.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say the reasons: each segment with the values seen, each decision with what would change it."""
    start_django()
    told = _reasons(find_or_refuse(who), decisions)
    if as_json:
        emit(told)
        return
    write = sys.stdout.write
    write(f"{told['name']}  {told['id']}\n")
    for segment in told["segments"]:
        write(f"\nIn {segment['label']} since {segment['since'][:10]}: {segment['words']}\n")
        for line in segment["because"]:
            write(f"  {line}\n")
    for decision in told["decisions"]:
        write(
            f"\n{decision['decided_at'][:16].replace('T', ' ')}  {decision['verdict'].upper()}  {decision['journey']} / {decision['step']}\n  {decision['words']}\n"
        )
        if decision["change"]:
            write(f"  would change it: {decision['change']}\n")
    if not told["segments"] and not told["decisions"]:
        say("In no segment, and nothing was decided yet: 'regard cycle'.")


def _reasons(person: int, most: int) -> dict[str, Any]:
    from regard.decide.selectors import decisions_of
    from regard.profile.selectors import person_card
    from regard.understand.selectors import segments_of, why_in_segment
    from regard.versions.selectors import active_playbook

    playbook, card = active_playbook().playbook, person_card(person)
    segments = []
    for segment in segments_of(person, playbook=playbook):
        because = why_in_segment(person, segment.name, playbook=playbook, as_of=clock())
        segments.append(
            {
                "name": segment.name,
                "label": segment.label,
                "since": iso(segment.since_at),
                "words": segment.words,
                "because": _lines(because.tree),
            }
        )
    return {
        "id": card.public_id,
        "name": card.name,
        "segments": segments,
        "decisions": [
            {
                "id": f"dec_{d.pk}",
                "decided_at": iso(d.as_of),
                "journey": d.journey,
                "step": d.step,
                "act": d.act,
                "verdict": d.verdict,
                "reason": d.reason,
                "words": d.words,
                "change": d.change,
                "outcome": d.outcome,
            }
            for d in (decisions_of(person, limit=most) if most else [])
        ],
    }


def _lines(node: Any, depth: int = 0) -> list[str]:
    """Return a tree of conditions as indented lines, each with the values seen."""
    if node is None:
        return []
    seen = ", ".join(f"{value.label}: {value.words}" for value in node.seen)
    line = f"{'  ' * depth}{'yes' if node.holds else 'no '}  {node.words}" + (f"  ({seen})" if seen else "")
    return [line, *(inner for part in node.parts for inner in _lines(part, depth + 1))]
