"""What letters and webhooks may say of people, read for many of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from regard.act.models import Message
from regard.identify.selectors import survivors_of
from regard.playbooks.model import Playbook
from regard.profile.models import Card
from regard.understand.models import Standing
from regard.understand.offers.shelf import Shelf, current_shelf, owned_by


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """The fields and traits of a person, and the products they own where a letter speaks of what goes with them."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    traits: Mapping[str, Any] = field(default_factory=dict)
    owned: frozenset[str] = frozenset()
    shelf: Shelf | None = None


def known_of(people: Iterable[int], *, buyers: Iterable[int] = ()) -> dict[int, LetterFacts]:
    """Return what is known of each of these people now; of `buyers` among them what they own, too."""
    wanted = set(people)
    survivors = survivors_of(wanted)
    speaking = set(survivors.values())
    cards = Card.objects.filter(person_id__in=speaking).values_list("person_id", "fields")
    standings = Standing.objects.filter(person_id__in=speaking).values_list("person_id", "traits")
    fields, traits = dict(cards), dict(standings)
    owned = owned_by(buyers)
    shelf = current_shelf() if owned else None
    return {
        person: LetterFacts(
            fields.get(survivors.get(person, person)) or {},
            traits.get(survivors.get(person, person)) or {},
            owned.get(person, frozenset()),
            shelf,
        )
        for person in wanted
    }


def known_to(messages: Iterable[Message], playbook: Playbook) -> dict[int, LetterFacts]:
    """Return what is known of the people these letters go to, as far as their templates may speak of it."""
    letters = list(messages)
    with_products = {name for name, template in playbook.templates.items() if template.products is not None}
    buyers = {m.person_id for m in letters if m.template in with_products}
    return known_of((m.person_id for m in letters), buyers=buyers)
