"""The program of a moment: the active playbook's journeys, the older versions somebody is still inside, what is paused."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from regard.decide.models import Enrolment, EnrolmentTally, JourneyVersion, Steering
from regard.engine.journeys.fields import field_terms
from regard.engine.journeys.instructions import Program, compile_program
from regard.engine.journeys.tables import program_tables
from regard.kernel.instant import FOREVER_US
from regard.kernel.remembered import Remembered
from regard.playbooks.journeys import Journey
from regard.playbooks.model import Playbook
from regard.playbooks.unnamed import with_unnamed

_programs: Remembered[Program] = Remembered()
_tables: Remembered[dict[str, Any]] = Remembered()
_computed: Remembered[Playbook] = Remembered()
INSIDE = (Enrolment.State.ACTIVE, Enrolment.State.PAUSED)


def program_of(playbook: Playbook, *, pairs: Set[tuple[str, str]] | None = None) -> Program:
    """Return the program; `pairs` names the (journey, version) needed, by default those somebody is inside."""
    current = {(name, journey.version) for name, journey in playbook.journeys.items()}
    older = tuple(sorted((_inside() if pairs is None else pairs) - current))
    return _compiled(playbook, older)


def tables_of(program: Program) -> dict[str, Any]:
    """Return the program's own tables, with what its words may not use marked."""

    def made() -> dict[str, Any]:
        forbidden, marks = field_terms(program)
        return program_tables(program, forbidden=forbidden, marks=marks)

    return dict(_tables.get(program, None, made))


def definition_of(journey: str, version: str) -> Journey | None:
    """Return a journey as it was in a version that ran, or None."""
    row = JourneyVersion.objects.filter(journey=journey, version=version).first()
    return None if row is None else Journey.model_validate(row.definition)


def computed_playbook(playbook: Playbook) -> Playbook:
    """Return the playbook with what branches ask inline, in its journeys and in older versions somebody is inside."""
    current = {(name, journey.version) for name, journey in playbook.journeys.items()}
    older = _defined(tuple(sorted(_inside() - current)))
    return _computed.get(playbook, tuple(older), lambda: with_unnamed(playbook, older=older.values()))


def paused_journeys(upto: int = FOREVER_US) -> list[str]:
    """Return the journeys on pause, by the newest word of a colleague about each, up to a number."""
    newest: dict[str, str] = {}
    words = Steering.objects.filter(kind__in=(Steering.Kind.PAUSE, Steering.Kind.RESUME), seq__lte=upto)
    for journey, kind in words.order_by("seq").values_list("journey", "kind"):
        newest[journey] = kind
    return [journey for journey, kind in newest.items() if kind == Steering.Kind.PAUSE]


def _inside() -> set[tuple[str, str]]:
    """Return the (journey, version) of everybody inside, by the tally, not by one look-up a person."""
    inside = EnrolmentTally.objects.filter(state__in=INSIDE, people__gt=0)
    return set(inside.values_list("journey", "version").distinct())


def _compiled(playbook: Playbook, older: tuple[tuple[str, str], ...]) -> Program:
    found = _defined(older)
    return _programs.get(playbook, tuple(found), lambda: compile_program(playbook, older=found))


def _defined(pairs: tuple[tuple[str, str], ...]) -> dict[tuple[str, str], Journey]:
    found = ((pair, definition_of(*pair)) for pair in pairs)
    return {pair: journey for pair, journey in found if journey is not None}
