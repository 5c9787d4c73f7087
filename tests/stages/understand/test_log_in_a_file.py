"""The law of `segment people --log`: a log in a file and the same log in the store are the same people, segment by segment."""

from __future__ import annotations

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard import flow
from regard.collect.intake.wire import Parcel, normalise
from regard.collect.models import Touchpoint
from regard.collect.sequence import last_sequence
from regard.engine.understanding.questions import cut_down, why_trees
from regard.identify.selectors import survivors_of
from regard.kernel.instant import from_us, to_us
from regard.playbooks.load import load_playbook
from regard.understand.from_file.answering import answered_from
from regard.understand.from_file.reading import read_log_lines
from regard.understand.selectors import people_in_segment
from regard.understand.services import refresh
from regard.versions.services import apply_playbook
from tests.cast.log import NOON_US, a_source
from tests.stages.laws import law, taken_back

pytestmark = pytest.mark.django_db
NOW = from_us(NOON_US)
TEXT = """
playbook: 1
name: small
company: {name: Small, time_zone: UTC, country: GB, currency: USD, postal_address: Here 1, senders: {}}
purposes:
  offers: {name: Offers, basis: consent, channels: [email], wordings: [{version: "1", texts: {en: y}}]}
segments:
  buyers: {who: [{did: Order Completed}]}
  repeat: {who: [{did: Order Completed, at_least: 2}]}
  british: {who: [{field: country, is: GB}]}
  reachable: {who: [{reachable: email}]}
  callable: {who: [{reachable: phone}]}
"""
SEGMENTS = ("buyers", "repeat", "british", "reachable", "callable")
USERS = st.sampled_from(["ana", "ben", "cleo", "null"])
ANONYMOUS = st.sampled_from(["a", "b", "c"])
TRAITS = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(["ana@example.org", "BEN@example.org", "no address"]),
        "phone": st.sampled_from(["020 7946 0018", "+442079460018", "12"]),
        "country": st.sampled_from(["GB", "United Kingdom", "FR"]),
    },
)
SAYS = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "track", "page", "identify", "group", "alias"])},
    optional={
        "userId": USERS,
        "anonymousId": ANONYMOUS,
        "previousId": st.one_of(USERS, ANONYMOUS),
        "groupId": st.sampled_from(["acme", "umbrella"]),
        "traits": TRAITS,
    },
)


def messages_of(said: list[dict[str, object]]) -> list[dict[str, object]]:
    """One a minute; tracks are orders."""
    return [
        {
            **one,
            **({"event": "Order Completed"} if one["type"] == "track" else {}),
            "messageId": f"m-{number}",
            "timestamp": (NOW - timedelta(days=2) + timedelta(minutes=number)).isoformat(),
        }
        for number, one in enumerate(said, 1)
    ]


def in_the_store(messages: list[dict[str, object]]) -> dict[int, list[int]]:
    """Receive them one by one, as they would come; return person -> numbers of their messages."""
    source, at = a_source(), to_us(NOW - timedelta(days=1))
    for number, message in enumerate(messages):
        parcel = Parcel(source, at + number, None, "stem", "USD")
        flow.receive([normalise(msgspec.Raw(json.dumps(message).encode()), 0, parcel, [])], now=NOW)
    rows = dict(Touchpoint.objects.filter(message_id__startswith="m-").values_list("message_id", "origin"))
    speaks = survivors_of(rows.values())
    found: dict[int, list[int]] = {}
    for message_id, origin in rows.items():
        found.setdefault(speaks[origin], []).append(int(message_id[2:]))
    return found


@law(25)
@given(st.lists(SAYS, min_size=1, max_size=14))
def test_a_log_in_a_file_and_in_the_store_are_the_same_people(said):
    playbook = load_playbook(TEXT).playbook
    messages = messages_of(said)
    with taken_back():
        apply_playbook(text=TEXT, by="test", now=NOW - timedelta(days=9))
        stored = in_the_store(messages)
        refresh(as_of=NOW, upto=last_sequence(), playbook=playbook, playbook_hash="h")
        expected = {
            name: sorted(sorted(stored.get(person, ())) for person in people_in_segment(name)) for name in SEGMENTS
        }
    log, issues = read_log_lines(map(json.dumps, messages), currency="USD", country="GB", where="log")
    assert issues == []
    mine: dict[int, list[int]] = {}
    for number, person, *_ in log.rows:
        mine.setdefault(log.survivors[person], []).append(number)
    assert sorted(map(sorted, mine.values())) == sorted(map(sorted, stored.values()))
    for name in SEGMENTS:
        with answered_from(log, cut_down(playbook, segments=(name,)), NOW) as answered:
            trees = why_trees(answered, answered.playbook.segments[name].who, list(log.names()))
        found = sorted(sorted(mine.get(person, ())) for person, tree in trees.items() if tree.holds)
        assert found == expected[name], name
