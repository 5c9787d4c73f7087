"""The segment builder: rows of a form read as one sentence, and back.

A row has five slots, whatever its kind: `kind`, `what`, `op`, `n` and `value`. Definitions with conditions inside
conditions have no rows; they are written as YAML in the same page and checked by the same types.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django.http import QueryDict

from regard.collect.meanings import MEANINGS
from regard.kernel.durations import duration_words
from regard.kernel.issues import Issue, Refused
from regard.playbooks.channels import TO_PEOPLE
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.model import Playbook
from regard.playbooks.segments import Segment
from regard.web.segments.names import segment_names

MOST_ROWS = 20
LONGEST_YAML = 20_000
KINDS = {
    "did": "did",
    "did_not": "did not do",
    "trait": "has",
    "field": "told us",
    "in_segment": "segment",
    "reachable": "can be reached",
    "consent": "said about",
    "stage": "stands at",
}
GROUPS = {
    "all": "all of these hold",
    "any": "at least one of these holds",
    "none": "none of these holds",
}
TIMES = {"at_least": "at least", "exactly": "exactly", "at_most": "at most"}
COMPARES = {
    "is": "is",
    "is_not": "is not",
    "at_least": "is at least",
    "at_most": "is at most",
    "more_than": "is more than",
    "less_than": "is less than",
    "one_of": "is one of",
    "contains": "contains",
    "starts_with": "begins with",
    "older_than": "was longer ago than (days)",
    "newer_than": "was within the last (days)",
    "exists": "is known",
    "missing": "is not known",
}
STATES = {"granted": "agreed", "withdrawn": "withdrew", "unknown": "never answered"}
INSIDE = {"in": "is in", "out": "is not in"}
_DAYS = ("older_than", "newer_than")
_NUMBERS = ("at_least", "at_most", "more_than", "less_than")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the form."""

    kind: str
    what: str = ""
    op: str = ""
    n: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A definition being made: how its rows join, the rows, or the YAML that takes their place."""

    group: str
    rows: list[Row]
    yaml: str = ""


def read_draft(asked: QueryDict) -> Draft:
    """Read the form. Lists of slots run in step; what is not understood is left empty."""
    slots = [asked.getlist(name)[:MOST_ROWS] for name in ("kind", "what", "op", "n", "value")]
    rows = [Row(*(cell.replace("\0", "").strip()[:200] for cell in cells)) for cells in zip(*slots, strict=False)]
    group = asked.get("group", "all")
    return Draft(
        group if group in GROUPS else "all",
        [row for row in rows if row.kind in KINDS],
        asked.get("yaml", "").replace("\0", "").strip()[:LONGEST_YAML],
    )


def definition_of(draft: Draft) -> object:
    """Return the definition (`who`) as the playbook writes it. Raises Refused where the YAML is none."""
    if draft.yaml:
        try:
            return yaml.safe_load(draft.yaml)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise Refused(Issue("yaml", "this is not YAML", line=mark.line + 1 if mark else None)) from None
    conditions = [_condition(row) for row in draft.rows]
    if not conditions:
        raise Refused(Issue("rows", "say at least one thing about them"))
    return conditions if draft.group == "all" else {draft.group: conditions}


def _condition(row: Row) -> dict[str, Any]:
    if row.kind in ("did", "did_not"):
        found: dict[str, Any] = {row.kind: row.what}
        if row.kind == "did" and row.n:
            found[row.op if row.op in TIMES else "at_least"] = row.n
        return found | ({"within": f"{row.value} days"} if row.value else {})
    if row.kind in ("trait", "field"):
        return {row.kind: row.what, **_compared(row)}
    if row.kind == "in_segment":
        inside = {"in_segment": row.what}
        return {"none": [inside]} if row.op == "out" else inside
    if row.kind == "reachable":
        return {"reachable": row.what, **({"for": row.value} if row.value else {})}
    if row.kind == "consent":
        return {"consent": row.what, "is": row.op if row.op in STATES else "granted"}
    return {"stage": row.what}


def _compared(row: Row) -> dict[str, Any]:
    if row.op in ("exists", "missing"):
        return {"exists": row.op == "exists"}
    if row.op in _DAYS:
        return {row.op: f"{row.value} days"}
    if row.op == "one_of":
        return {"one_of": [v.strip() for v in row.value.split(",") if v.strip()]}
    is_number = row.op == "is" and row.value.removeprefix("-").isdecimal()
    return {row.op if row.op in COMPARES else "is": int(row.value) if is_number else row.value}


def draft_of(segment: Segment) -> Draft:
    """Return the rows of a saved definition, or its YAML where it has conditions inside conditions."""
    who = segment.who
    kind = type(who).kind()
    parts: Sequence[ConditionBase] = who.parts() if kind in GROUPS else [who]
    rows = [_row(part) for part in parts]
    if all(row is not None for row in rows):
        return Draft(kind if kind in GROUPS else "all", [row for row in rows if row is not None])
    told = _told(who)
    return Draft("all", [], yaml.safe_dump(told, sort_keys=False, allow_unicode=True))


def _told(condition: ConditionBase) -> dict[str, Any]:
    """Return a condition as the playbook writes it, durations in words."""
    return {
        k: duration_words(v) if k in ("within", "then_within", *_DAYS) and isinstance(v, int) else v
        for k, v in condition.model_dump(mode="json", by_alias=True, exclude_defaults=True).items()
    }


def _row(part: ConditionBase) -> Row | None:
    """Return the row of one condition, or None where a row cannot say it."""
    told, kind = _told(part), type(part).kind()
    what = told.pop(kind, None)
    what = what[0] if isinstance(what, list) and len(what) == 1 else what
    days = str(told.pop("within", ""))
    if not isinstance(what, str) or (days and not days.endswith((" day", " days"))):
        return _outside(part)
    days = days.partition(" ")[0]
    if kind == "did" and len(told) <= 1 and set(told) <= set(TIMES):
        op = next(iter(told), "at_least")
        return Row(kind, what, op, str(told.get(op, "")), days)
    if kind == "did_not" and not told:
        return Row(kind, what, value=days)
    if kind == "reachable" and set(told) <= {"for"}:
        return Row(kind, what, value=str(told.get("for", "")))
    if kind == "consent" and set(told) <= {"is"}:
        return Row(kind, what, str(told.get("is", "granted")))
    if kind in ("in_segment", "stage") and not told:
        return Row(kind, what, "in" if kind == "in_segment" else "")
    return _compare_row(kind, what, told) if kind in ("trait", "field") and len(told) == 1 else None


def _outside(part: ConditionBase) -> Row | None:
    """Return the row of 'is not in a segment', which is a `none` with one segment in it."""
    inner = part.parts()
    is_one = type(part).kind() == "none" and len(inner) == 1 and type(inner[0]).kind() == "in_segment"
    return Row("in_segment", str(_told(inner[0])["in_segment"]), "out") if is_one else None


def _compare_row(kind: str, what: str, told: dict[str, Any]) -> Row | None:
    ((op, value),) = told.items()
    if op == "exists":
        return Row(kind, what, "exists" if value else "missing")
    if op in _DAYS:
        number, _, unit = str(value).partition(" ")
        return Row(kind, what, op, value=number) if unit.startswith("day") else None
    if op == "one_of":
        return Row(kind, what, op, value=", ".join(map(str, value)))
    return Row(kind, what, op, value=str(value)) if op in COMPARES else None


def choices(playbook: Playbook) -> dict[str, object]:
    """Return what the selects of a row offer."""
    stage = playbook.traits.get("stage")
    values = [str(case.value) for case in getattr(stage, "first_match", None) or ()]
    return {
        "kinds": KINDS,
        "times": TIMES,
        "compares": COMPARES,
        "states": STATES,
        "inside": INSIDE,
        "events": sorted(MEANINGS),
        "traits": {n: t.name or n for n, t in playbook.traits.items()},
        "segments": segment_names(playbook),
        "purposes": {n: p.name for n, p in playbook.purposes.items()},
        "channels": {c.name: c.words for c in TO_PEOPLE if c.can_reach and not c.is_place},
        "stages": [*values, str(getattr(stage, "otherwise", "") or "")] if values else [],
    }
