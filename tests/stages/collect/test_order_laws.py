"""A10: whatever order messages arrive in, however often and however split, the end state is that of sorting by time.

The people's own ids never meet in these stories; what happens when they do is identity's law (tests/stages/identify).
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard import flow
from regard.collect.contracts import Incoming
from regard.collect.models import Touchpoint
from regard.identify.models import Account, Identifier
from regard.identify.selectors import survivors_of
from regard.profile.models import Card
from tests.cast.log import a_source, message
from tests.stages.laws import law, taken_back

PEOPLE = ("ana", "ben")
NOW = datetime.fromisoformat("2026-11-30T12:00:00+00:00")
EXAMPLES = int(os.environ.get("REGARD_ORDER_EXAMPLES", "50"))

_stories = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(["browse", "login", "tell", "account", "order"]),
        st.sampled_from(["gold", "silver", None, 3]),
    ),
    min_size=1,
    max_size=8,
)


def say(source: int, place: int, who: str, what: str, told: Any) -> Incoming:
    """The message of one step; every step has its own time, so that order is told by the story alone."""
    kind = {"tell": "identify", "account": "group"}.get(what, "track")
    return message(
        source=source,
        message_id=f"{who}-{place}",
        type=kind,
        name={"order": "Order Completed"}.get(what, "Page Viewed"),
        days=place,
        user=None if what == "browse" else who,
        anonymous=f"anon-{who}" if what in ("browse", "login") else None,
        traits={"plan": told, "email": f"{who}@example.com"} if what == "tell" else None,
        group_id="acme" if what == "account" else None,
        group_traits={"tier": told} if what == "account" else None,
        value_minor=100 * place if what == "order" else None,
    )


@pytest.mark.django_db
@law(EXAMPLES)
@given(story=_stories, chance=st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(story: list[tuple[str, str, Any]], chance: Any):
    sorted_once = [[(place, *step) for place, step in enumerate(story)]]
    shuffled = [step for step in sorted_once[0] for _ in range(chance.choice((1, 1, 2, 3)))]
    chance.shuffle(shuffled)
    in_pieces = []
    while shuffled:
        size = chance.randint(1, len(shuffled))
        in_pieces.append(shuffled[:size])
        shuffled = shuffled[size:]
    assert end_state(in_pieces) == end_state(sorted_once)


def end_state(batches: list[list[tuple[int, str, str, Any]]]) -> dict[str, Any]:
    """Take the batches in and return all that anybody can see of it, told without numbers and ids of rows."""
    with taken_back():
        source = a_source()
        for batch in batches:
            flow.receive([say(source, *step) for step in batch], now=NOW)
        ids = list(Identifier.objects.values_list("kind", "value", "person_id"))
        log = list(Touchpoint.objects.values_list("message_id", "origin", "occurred_at", "value_minor"))
        survivor = survivors_of({person for *_, person in ids} | {row[1] for row in log})
        speaks_for = {
            person: sorted((k, v) for k, v, p in ids if survivor[p] == person) for person in survivor.values()
        }
        cards = {card.person_id: card.fields for card in Card.objects.all()}
        return {
            "people": sorted(speaks_for.values()),
            "log": sorted((row[0], speaks_for[survivor[row[1]]], *row[2:]) for row in log),
            "cards": sorted((ids, _values(cards.get(p, {}))) for p, ids in speaks_for.items()),
            "accounts": list(Account.objects.values_list("external_id", "traits")),
        }


def _values(fields: dict[str, Any]) -> list[str]:
    return sorted(
        f"{name}={told['value'] if isinstance(told, dict) and 'value' in told else told}"
        for name, told in fields.items()
    )
