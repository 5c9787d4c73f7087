"""The intake's reading of bodies, without a server: what is kept can always be normalised and stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.api.intake.answers import STATUS, Turned
from regard.api.intake.body import _unpack
from regard.api.intake.envelope import check, open_batch, open_single
from regard.api.intake.keyring import key_in_header
from regard.api.intake.salvage import Unusable, clean, depth_of, read_loosely
from regard.collect.contracts import Incoming
from regard.collect.intake.wire import Parcel, normalise
from tests.promises.intake.cast import batch, one_of_each, track
from tests.stages.laws import law

FIELDS = [
    *(
        "type",
        "messageId",
        "userId",
        "anonymousId",
        "event",
        "name",
        "category",
        "groupId",
        "previousId",
    ),
    *("timestamp", "sentAt", "originalTimestamp", "channel", "properties", "traits", "context"),
    *("writeKey", "distinct_id", "uuid", "$set"),
]
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_fields = st.dictionaries(
    st.sampled_from(FIELDS),
    _json
    | st.sampled_from(["track", "identify", "page", "group", "alias", "rosa", "anon-1"])
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("total", "price", "currency", "traits", "library", "email"), _json)
    ),
)
PARCEL = Parcel(1, 1_800_000_000_000_000, None, "stem", "USD")


def kept(body: bytes) -> tuple[list[Incoming], int]:
    """What becomes of a body: (incomings, number refused)."""
    accepted, refused = check(open_batch(body).messages)
    return [normalise(raw, at, PARCEL, []) for at, raw in enumerate(accepted)], len(refused)


def answer_to(work: Callable[[], object]) -> int:
    """The status a piece of reading would be answered with; what is no refusal breaks out."""
    try:
        work()
    except Turned as reason:
        return STATUS[reason.code]
    return 200


@law(100)
@given(st.lists(_fields, max_size=6))
def test_every_message_is_kept_or_refused_and_what_is_kept_can_be_stored(
    told: list[dict[str, Any]],
):
    incomings, refused = kept(json.dumps({"batch": told}).encode())
    assert len(incomings) + refused == len(told)
    for incoming in incomings:
        assert incoming.ids
        assert 0 < len(incoming.name) <= 255
        assert 0 < len(incoming.message_id) <= 255
        for text in (incoming.properties, incoming.context, incoming.name, incoming.message_id):
            assert "\0" not in text
            assert "\\u0000" not in text
            text.encode()
        json.dumps([json.loads(incoming.properties), json.loads(incoming.context)], allow_nan=False)
        assert abs(incoming.occurred_us) < 2**62
        assert incoming.value_minor is None or abs(incoming.value_minor) < 2**63


@law(200)
@given(st.binary(max_size=400))
def test_no_bytes_are_an_error_of_ours(body: bytes):
    for read in (open_batch, lambda b: open_single(b, "track")):
        assert answer_to(lambda read=read: check(read(body).messages)) < 500


@law(100)
@given(st.data())
def test_no_damage_to_a_good_body_is_an_error_of_ours(data: st.DataObject):
    body = bytearray(batch(*one_of_each()))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert answer_to(lambda: kept(bytes(body))) < 500


@law(200)
@given(st.binary(max_size=300), st.sampled_from([b"", b"gzip", b"deflate", b"br", b"\xff"]))
def test_no_packing_is_an_error_of_ours(body: bytes, encoding: bytes):
    assert answer_to(lambda: _unpack(body, encoding)) < 500


@law(200)
@given(st.binary(max_size=80))
def test_no_header_is_an_error_of_ours(header: bytes):
    for authorization in (header, b"Basic " + header, b"Bearer " + header):
        assert key_in_header(authorization) != ""


@law(100)
@given(_json)
def test_the_slow_way_reads_what_the_fast_way_reads(value: Any):
    text = json.dumps(value)
    try:
        slow = clean(read_loosely(text.encode(), deepest=60))
    except Unusable:
        return  # NaN
    try:
        fast = msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return  # a lone surrogate
    if "\\u0000" not in text and not re.search(r"[0-9]{19}", text):  # beyond 64 bits it stays text
        assert slow == fast


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        (b"1", 0),
        (b"{}", 1),
        (b'{"a":[{}]}', 3),
        (b'"[[["', 0),
        (b'{"a":"\\"[["}', 1),
        (b"[[],[[]]]", 3),
    ],
)
def test_depth_counts_brackets_and_not_text(text: bytes, depth: int):
    assert depth_of(text) == depth


def test_what_lies_too_deep_is_cut_out_of_one_message_only():
    deep = b'{"type":"track","properties":' + b"[" * 70 + b"]" * 70 + b"}"
    accepted, refused = check(open_batch(batch(track(), deep, track())).messages)
    assert len(accepted) == 2
    assert [(r.position, r.code) for r in refused] == [(1, "too_deep")]


def test_a_key_inside_a_message_is_not_kept():
    accepted, _ = check(open_batch(batch(track(writeKey="rgd_write_secret"))).messages)
    assert b"secret" not in bytes(accepted[0])


def test_a_message_is_kept_as_it_came():
    raw = json.dumps(track(properties={"a": 1.10, "b": "ü", "c": 10**15}), ensure_ascii=False).encode()
    accepted, _ = check(open_batch(b'{"batch":[' + raw + b"]}").messages)
    assert bytes(accepted[0]) == raw


POSTHOG: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "event": "Order Completed",
            "distinct_id": "rosa",
            "uuid": "u1",
            "properties": {"total": 5, "$lib": "posthog-python"},
        },
        {
            "type": "track",
            "name": "Order Completed",
            "message_id": "u1",
            "ids": (("user_id", "rosa"),),
            "value_minor": 500,
        },
    ),
    (
        {"event": "$set", "distinct_id": "rosa", "$set": {"plan": "gold"}, "properties": {}},
        {"type": "identify", "traits": {"plan": "gold"}},
    ),
    (
        {"event": "$identify", "distinct_id": "rosa", "properties": {"$anon_distinct_id": "a1", "$set": {"x": 1}}},
        {"type": "identify", "ids": (("user_id", "rosa"), ("anonymous_id", "a1")), "traits": {"x": 1}},
    ),
    (
        {
            "event": "$groupidentify",
            "distinct_id": "rosa",
            "properties": {"$group_key": "acme", "$group_set": {"n": 2}},
        },
        {"type": "group", "group_id": "acme", "group_traits": {"n": 2}},
    ),
    (
        {"event": "$create_alias", "distinct_id": "old", "properties": {"alias": "rosa"}},
        {"type": "alias", "previous_id": "old", "ids": (("user_id", "rosa"),)},
    ),
    (
        {"event": "$pageview", "distinct_id": "d1", "properties": {"$device_id": "d1", "$lib": "web"}},
        {"type": "page", "ids": (("anonymous_id", "d1"),), "channel": "web"},
    ),
]


@pytest.mark.parametrize(("said", "expected"), POSTHOG)
def test_posthogs_words_say_the_same(said: dict[str, Any], expected: dict[str, Any]):
    (incoming,), refused = kept(json.dumps({"api_key": "k", "batch": [said]}).encode())
    assert refused == 0
    assert {name: getattr(incoming, name) for name in expected} == expected
