"""The segment builder: rows of a form read as one sentence, and back.

What stands in a row, and what it means, each kind of condition says itself (`playbooks/editing/rows.py`). Definitions
with conditions inside conditions have no rows; they are written as YAML in the same page and checked by the same types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml
from django.http import QueryDict

from regard.collect.meanings import MEANINGS
from regard.kernel.issues import Issue, Refused
from regard.playbooks.channels import TO_PEOPLE
from regard.playbooks.conditions import NAMED
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.editing.rows import Row, Slot, told_of
from regard.playbooks.model import Playbook
from regard.playbooks.segments import Segment
from regard.web.segments.names import segment_names

MOST_ROWS = 20
LONGEST_YAML = 20_000
GROUPS = {
    "all": "all of these hold",
    "any": "at least one of these holds",
    "none": "none of these holds",
}
KINDS = {name: kind for name, kind in NAMED.items() if kind.called}


@dataclass(frozen=True, slots=True)
class BuilderDraft:
    """A definition being made: how its rows join, the rows, or the YAML that takes their place."""

    group: str
    rows: list[Row]
    yaml: str = ""


def read_draft(asked: QueryDict) -> BuilderDraft:
    """Read the form. Lists of slots run in step; what is not understood is left empty."""
    slots = [asked.getlist(name)[:MOST_ROWS] for name in ("kind", "what", "op", "n", "value")]
    rows = [Row(*(cell.replace("\0", "").strip()[:200] for cell in cells)) for cells in zip(*slots, strict=False)]
    group = asked.get("group", "all")
    return BuilderDraft(
        group if group in GROUPS else "all",
        [row for row in rows if row.kind in KINDS],
        asked.get("yaml", "").replace("\0", "").strip()[:LONGEST_YAML],
    )


def definition_of(draft: BuilderDraft) -> object:
    """Return the definition (`who`) as the playbook writes it. Raises Refused where the YAML is none."""
    if draft.yaml:
        try:
            return yaml.safe_load(draft.yaml)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise Refused(Issue("yaml", "this is not YAML", line=mark.line + 1 if mark else None)) from None
    conditions = [KINDS[row.kind].of_row(row) for row in draft.rows]
    if not conditions:
        raise Refused(Issue("rows", "say at least one thing about them"))
    return conditions if draft.group == "all" else {draft.group: conditions}


def draft_of(segment: Segment) -> BuilderDraft:
    """Return the rows of a saved definition, or its YAML where it has conditions inside conditions."""
    who = segment.who
    kind = type(who).kind()
    parts: Sequence[ConditionBase] = who.parts() if kind in GROUPS else [who]
    rows = [part.row() for part in parts]
    if all(row is not None for row in rows):
        return BuilderDraft(kind if kind in GROUPS else "all", [row for row in rows if row is not None])
    return BuilderDraft("all", [], yaml.safe_dump(told_of(who), sort_keys=False, allow_unicode=True))


@dataclass(frozen=True, slots=True)
class BuilderControl:
    """One slot of a row as it is drawn: what stands in it, and what it offers."""

    slot: Slot
    value: str
    options: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row as it is drawn."""

    kind: str
    controls: list[BuilderControl]


def shown(row: Row, choice: Mapping[str, Mapping[str, str]]) -> RowShown:
    """Return a row as it is drawn; `choice` is what the selects offer (`choices`)."""
    controls = [
        BuilderControl(
            slot,
            str(getattr(row, slot.name)) or slot.standard,
            [*slot.options.items(), *choice.get(slot.offers, {}).items()],
        )
        for slot in KINDS[row.kind].slots
    ]
    return RowShown(row.kind, controls)


def choices(playbook: Playbook) -> dict[str, Mapping[str, str]]:
    """Return what the selects of a row offer."""
    stage = playbook.traits.get("stage")
    stages = stage.values() if stage else ()
    return {
        "kinds": {name: kind.called for name, kind in KINDS.items()},
        "events": {name: name for name in sorted(MEANINGS)},
        "traits": {n: t.name or n for n, t in playbook.traits.items()},
        "segments": segment_names(playbook),
        "purposes": {n: p.name for n, p in playbook.purposes.items()},
        "channels": {c.name: c.words for c in TO_PEOPLE if c.can_reach and not c.is_place},
        "stages": {name: name for name in stages},
    }
