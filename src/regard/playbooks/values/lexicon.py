"""What things are called in sentences, and whether everything a playbook names is there and of the right type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from regard.kernel.issues import Issue
from regard.playbooks.conditions import DEEPEST, walk
from regard.playbooks.conditions.base import ConditionBase
from regard.playbooks.conditions.trait import TraitIs
from regard.playbooks.model import Playbook
from regard.playbooks.traits.base import TraitBase
from regard.playbooks.values.compare import OPERATORS, Unit
from regard.playbooks.values.measures import Refers, all_refers

_NUMBERS = ("number", "money", "score", "days")


@dataclass(frozen=True, slots=True)
class PlaybookLexicon:
    """The names a playbook gives its traits, segments and purposes. Implements `measures.Lexicon`."""

    playbook: Playbook

    @property
    def currency(self) -> str:
        """The company's currency."""
        return self.playbook.company.currency

    def trait_name(self, name: str) -> str:
        """Return what people call a trait."""
        trait = self.playbook.traits.get(name)
        return (trait.name if trait else None) or name.replace("_", " ").replace("-", " ")

    def trait_unit(self, name: str) -> Unit:
        """Return a trait's unit."""
        trait = self.playbook.traits.get(name)
        return trait.unit() if trait else "number"

    def segment_name(self, name: str) -> str:
        """Return what people call a segment."""
        segment = self.playbook.segments.get(name)
        return (segment.name if segment else None) or name.replace("-", " ").replace("_", " ").capitalize()

    def purpose_name(self, name: str) -> str:
        """Return what people call a purpose."""
        purpose = self.playbook.purposes.get(name)
        return purpose.name if purpose else name


def _issue(path: tuple[str, ...], message: str, hint: str = "") -> Issue:
    return Issue(".".join(path), message, hint)


def check_understanding(playbook: Playbook) -> list[Issue]:
    """Return every fault of the traits and segments: unknown names, circles, wrong types, too deep."""
    faults: list[Issue] = []
    for name, trait in playbook.traits.items():
        path = ("traits", name)
        faults += _unknown(playbook, path, trait.refers())
        faults += _trait_types(playbook, path, trait)
        for condition in trait.conditions():
            faults += _conditions(playbook, path, condition)
    for name, segment in playbook.segments.items():
        where: tuple[str, ...] = ("segments", name, "who")
        faults += _unknown(playbook, where, all_refers(c.refers() for c in walk(segment.who)))
        faults += _conditions(playbook, where, segment.who)
        for trait_name in segment.persona.traits if segment.persona else ():
            faults += _unknown(playbook, ("segments", name, "persona"), Refers(traits=frozenset({trait_name})))
    return faults or list(_circles(playbook))


def _unknown(playbook: Playbook, path: tuple[str, ...], refers: Refers) -> Iterator[Issue]:
    wanted = (
        ("trait", refers.traits, playbook.traits),
        ("segment", refers.segments, playbook.segments),
        ("purpose", refers.purposes, playbook.purposes),
    )
    for word, names, known in wanted:
        for name in sorted(names - set(known)):
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"define it under '{word}s'"
            yield _issue(path, f"there is no {word} '{name}'", hint)


def _trait_types(playbook: Playbook, path: tuple[str, ...], trait: TraitBase) -> Iterator[Issue]:
    numeric = (*_NUMBERS, "date") if trait.ranks_dates else _NUMBERS
    for name in sorted(trait.numbers()):
        of = playbook.traits.get(name)
        if of is not None and of.unit() not in numeric:
            yield _issue(path, f"trait '{name}' is {of.unit()}, not a number", "choose a numeric trait")


def _conditions(playbook: Playbook, path: tuple[str, ...], condition: ConditionBase) -> Iterator[Issue]:
    if _depth(condition) > DEEPEST:
        yield _issue(
            path,
            f"conditions are nested deeper than {DEEPEST}",
            "name a part of it as its own segment",
        )
    for part in walk(condition):
        if isinstance(part, TraitIs) and part.trait in playbook.traits:
            yield from _compared(path, part, playbook.traits[part.trait])


def _compared(path: tuple[str, ...], condition: TraitIs, trait: TraitBase) -> Iterator[Issue]:
    unit = trait.unit()
    for operator, _ in condition.asked():
        reads = OPERATORS[operator].reads
        fits = {
            "number": unit in _NUMBERS or unit == "list",
            "text": unit in ("text", "list"),
            "date": unit == "date",
        }.get(reads, True)
        if not fits:
            hint = {"number": "numbers", "text": "text", "date": "dates"}[reads]
            yield _issue(path, f"'{operator}' is for {hint}, and trait '{condition.trait}' is {unit}")
    if condition.changed_within and not trait.measures():
        yield _issue(
            path,
            f"trait '{condition.trait}' is worked out of other traits: 'changed_within' cannot ask about it",
            "ask about one of the traits it is made of",
        )


def _depth(condition: ConditionBase) -> int:
    return 1 + max((_depth(part) for part in condition.parts()), default=0)


def _circles(playbook: Playbook) -> Iterator[Issue]:
    waiting = {("traits", n): t.refers() for n, t in playbook.traits.items()}
    waiting |= {("segments", n): all_refers(c.refers() for c in walk(s.who)) for n, s in playbook.segments.items()}
    done: set[tuple[str, str]] = set()
    while True:
        ready = [
            node
            for node, refers in waiting.items()
            if {("traits", t) for t in refers.traits} | {("segments", s) for s in refers.segments} <= done
        ]
        if not ready:
            break
        done |= set(ready)
        for node in ready:
            del waiting[node]
    names = " and ".join(f"'{name}'" for _, name in waiting)
    for kind, name in waiting:
        yield _issue((kind, name), f"{names} go in a circle", "each must be decidable without the other")
