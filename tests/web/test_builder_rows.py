"""Rows of the segment builder: what a condition says as a row means the same condition again, and every kind draws its own."""

from __future__ import annotations

import pytest

from regard.playbooks.conditions import NAMED
from regard.playbooks.editing.rows import Row
from regard.playbooks.segments import Segment
from regard.web.segments.builder import GROUPS, KINDS, BuilderDraft, definition_of, draft_of, shown

SAID = [
    {"did": "Order Completed", "at_least": 2, "within": "90 days"},
    {"did_not": "Order Completed", "within": "30 days"},
    {"trait": "last_order_at", "older_than": "180 days"},
    {"trait": "order_count", "exists": False},
    {"field": "country", "one_of": ["GB", "IE"]},
    {"in_segment": "high-value"},
    {"none": [{"in_segment": "high-value"}]},
    {"reachable": "email", "for": "offers"},
    {"consent": "offers", "is": "withdrawn"},
    {"stage": "delight"},
    {"any": [{"stage": "support"}, {"did": "Order Completed", "exactly": 3}]},
]
NOT_SAID = [
    {"did": "Order Completed", "within": "3 hours"},
    {"did": ["Order Completed", "Product Added"]},
    {"field": "country", "is": "GB", "changed_within": "7 days"},
    {"consent": "offers", "is": "granted", "channel": "email"},
    {"stage": ["support", "delight"]},
    {"all": [{"any": [{"stage": "support"}, {"stage": "delight"}]}]},
]


@pytest.mark.parametrize("who", SAID, ids=str)
def test_a_row_means_what_it_was_made_of(who: dict):
    segment = Segment.model_validate({"who": who})
    draft = draft_of(segment)
    assert draft.rows
    assert not draft.yaml
    again = Segment.model_validate({"who": definition_of(draft)})
    assert again.who in (segment.who, Segment.model_validate({"who": [who]}).who)


@pytest.mark.parametrize("who", NOT_SAID, ids=str)
def test_what_a_row_cannot_say_stays_as_it_is_written(who: dict):
    segment = Segment.model_validate({"who": who})
    draft = draft_of(segment)
    assert (draft.group, draft.rows) == ("all", [])
    assert Segment.model_validate({"who": definition_of(draft)}).who == segment.who


def test_every_kind_but_groups_has_a_row_with_each_slot_once():
    assert set(NAMED) - set(KINDS) == set(GROUPS)
    for name, kind in KINDS.items():
        assert sorted(slot.name for slot in kind.slots) == ["n", "op", "value", "what"], name


def test_a_row_offers_what_the_playbook_has():
    row = shown(
        Row("reachable", "email", value="offers"), {"channels": {"email": "Email"}, "purposes": {"offers": "Offers"}}
    )
    told = {one.slot.name: (one.value, one.options) for one in row.controls}
    assert told["what"] == ("email", [("email", "Email")])
    assert told["value"] == ("offers", [("", "anything"), ("offers", "Offers")])
    assert definition_of(BuilderDraft("all", [Row("did", "Order Completed")])) == [{"did": "Order Completed"}]
