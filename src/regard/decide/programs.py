"""The program of a moment: the active playbook's journeys and the older versions somebody is still inside."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from regard.decide.models import Enrolment, EnrolmentTally, JourneyVersion
from regard.engine.desk import program_tables
from regard.engine.fields import field_terms
from regard.engine.instructions import Program, compile_program
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.unnamed import with_unnamed

INSIDE = (Enrolment.State.ACTIVE, Enrolment.State.PAUSED)


def program_of(playbook: Playbook, *, pairs: Set[tuple[str, str]] | None = None) -> Program:
    """Return the program; `pairs` names the (journey, version) needed, by default those somebody is inside."""
    current = {(name, journey.version) for name, journey in playbook.journeys.items()}
    older = tuple(sorted((_inside() if pairs is None else pairs) - current))
    return _compiled(playbook, older)


def tables_of(program: Program) -> dict[str, Any]:
    """Return the program's own tables, with what its words may not use marked."""
    forbidden, marks = field_terms(program)
    return program_tables(program, forbidden=forbidden, marks=marks)


def definition_of(journey: str, version: str) -> Journey | None:
    """Return a journey as it was in a version that ran, or None."""
    row = JourneyVersion.objects.filter(journey=journey, version=version).first()
    return None if row is None else Journey.model_validate(row.definition)


def computed_playbook(playbook: Playbook) -> Playbook:
    """Return the playbook with what branches ask inline, in its journeys and in older versions somebody is inside."""
    current = {(name, journey.version) for name, journey in playbook.journeys.items()}
    older = (definition_of(*pair) for pair in sorted(_inside() - current))
    return with_unnamed(playbook, older=[journey for journey in older if journey is not None])


def _inside() -> set[tuple[str, str]]:
    """Return the (journey, version) of everybody inside, by the tally, not by one look-up a person."""
    inside = EnrolmentTally.objects.filter(state__in=INSIDE, people__gt=0)
    return set(inside.values_list("journey", "version").distinct())


def _compiled(playbook: Playbook, older: tuple[tuple[str, str], ...]) -> Program:
    found = {pair: definition_of(*pair) for pair in older}
    return compile_program(
        playbook, older={pair: journey for pair, journey in found.items() if journey is not None}
    )
