"""A4, A5, A8: whatever a client can send gets an answer it understands, and one bad message costs only itself."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.promises.intake.cast import batch, one_of_each, track, with_properties
from tests.servers import Server, basic

PATHS = ["/v1/batch", "/v1/b", "/v1/import", "/batch"]
SINGLE = ["track", "identify", "page", "screen", "group", "alias", "t", "i", "p", "s", "g", "a"]
MISUNDERSTOOD = {202, 204, *range(300, 400), *range(500, 503), *range(504, 600)}
LARGE = 32 * 1024

# What is in the batch beside one good message, and the code under which it is refused.
BAD_MESSAGES: dict[str, tuple[Any, str]] = {
    "no type": ({"messageId": "a", "userId": "rosa"}, "unknown_type"),
    "a type nobody knows": (track(type="buy"), "unknown_type"),
    "a type that is a number": (track(type=7), "unknown_type"),
    "a type that is a list": (track(type=["track"]), "unknown_type"),
    "null": (None, "not_an_object"),
    "text": ("track", "not_an_object"),
    "a number": (5, "not_an_object"),
    "a list": ([track()], "not_an_object"),
    "nobody at all": (track(userId=None), "missing_identity"),
    "a junk id": (track(userId="undefined"), "missing_identity"),
    "an id that is an object": (track(userId={"id": 1}), "missing_identity"),
    "an id that is true": (track(userId=True), "missing_identity"),
    "an event without a name": (track(event=None), "missing_event"),
    "an event of blanks": (track(event="  "), "missing_event"),
    "an event that is an object": (track(event={"a": 1}), "missing_event"),
    "properties that are a list": (track(properties=[1]), "invalid_field"),
    "traits that are text": (one_of_each()[1] | {"traits": "x"}, "invalid_field"),
    "context that is a number": (track(context=5), "invalid_field"),
    "a group without its id": (one_of_each()[4] | {"groupId": None}, "missing_group"),
    "an alias without the old id": (one_of_each()[5] | {"previousId": None}, "missing_previous"),
    "NaN": (with_properties(b'{"total":NaN}'), "invalid_number"),
    "Infinity": (with_properties(b'{"total":-Infinity}'), "invalid_number"),
    "too large": (track(properties={"text": "x" * LARGE}), "message_too_large"),
    "nested 61 deep": (with_properties(b"[" * 60 + b"]" * 60), "too_deep"),
    "nested 5,000 deep": (with_properties(b'{"a":' * 5_000 + b"1" + b"}" * 5_000), "too_deep"),
    "nested 100,000 lists deep": (with_properties(b"[" * 100_000 + b"]" * 100_000), "too_deep"),
}

# What looks hostile and is taken all the same.
ODD_MESSAGES: dict[str, Any] = {
    "a lone surrogate": with_properties(b'{"text":"a\\ud800b"}'),
    "a lone surrogate in a key": with_properties(b'{"a\\udfffb":1}'),
    "NUL": with_properties(b'{"text":"a\\u0000b"}'),
    "NUL in the id": track(userId="ro\0sa"),
    "NUL in the message id": track(messageId="m\0" + "1"),
    "NUL in the event": track(event="Order\0 Completed"),
    "a raw control character": with_properties(b'{"text":"a\x01b"}'),
    "bytes that are no UTF-8": with_properties(b'{"text":"a\xff\xfeb"}'),
    "a number beyond 64 bits": with_properties(b'{"total":' + b"9" * 400 + b"}"),
    "a number of 5,000 digits": with_properties(b'{"n":' + b"9" * 5_000 + b"}"),
    "a number beyond a double": with_properties(b'{"total":1e999}'),
    "a key twice": with_properties(b'{"total":1,"total":2}'),
    "60 deep": with_properties(b'{"a":' * 59 + b"1" + b"}" * 59),
    "numbers as ids": track(userId=42, messageId=43),
    "an id of 5,000 letters": track(userId="u" * 5_000, messageId="m" * 5_000),
    "an event of 5,000 letters": track(event="e" * 5_000),
    "no message id": track(messageId=None),
    "a time that is none": track(timestamp="yesterday"),
    "a time that is an object": track(timestamp={"a": 1}),
    "the year 99999": track(timestamp="99999-01-01T00:00:00Z"),
    "a leap second": track(timestamp="2016-12-31T23:59:60Z"),
    "an amount with a comma": track(properties={"total": "12,50"}),
    "an amount beyond everything": track(properties={"total": "1e999999999"}),
    "a quantity beyond everything": track(properties={"price": 5, "quantity": "1e999999"}),
    "a score beyond everything": track(event="Survey Answered", properties={"score": "1e9999"}),
    "odd traits": track(
        type="identify",
        traits={
            "email": {"a": 1},
            "phone": [1],
            "": "empty",
            "n" * 5_000: "long",
            "large": "x" * 20_000,
            "number": 1e308,
            "deep": {"a": [{"b": None}]},
            "NUL\0": "\0",
        },
    ),
    "odd traits of an account": track(
        type="group", groupId="g" * 5_000, traits={"": 1, "NUL\0": "\0", "n" * 5_000: [1]}
    ),
    "an amount that is an object": track(properties={"total": {"a": 1}}),
    "an emoji as an escape": with_properties(b'{"text":"\\ud83d\\ude00"}'),
    "null for everything": track(properties=None, context=None, traits=None, timestamp=None),
    "SQL": track(userId="'; DROP TABLE collect_touchpoint; --", event="Robert'); --"),
    "a library that is a list": track(context={"library": ["x"], "traits": [1], "channel": {}}),
}

BAD_BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "invalid_json"),
    "no JSON": (b"hello", 400, "invalid_json"),
    "half of it": (batch(track())[:-10], 400, "invalid_json"),
    "a comma too many": (b'{"batch":[],}', 400, "invalid_json"),
    "a list": (b"[]", 400, "missing_batch"),
    "a number": (b"5", 400, "missing_batch"),
    "null": (b"null", 400, "missing_batch"),
    "no batch": (b'{"sentAt":"x"}', 400, "missing_batch"),
    "a batch that is an object": (b'{"batch":{}}', 400, "missing_batch"),
    "a batch that is text": (b'{"batch":"[]"}', 400, "missing_batch"),
    "2,501 messages": (batch(*[b"{}"] * 2_501), 400, "too_many_messages"),
    "a body over 500 KB": (batch(b'"' + b"x" * 512_000 + b'"'), 413, "too_large"),
    "brackets without an end": (b"[" * 400_000, 400, "invalid_json"),
    "a form": (b"batch=1&writeKey=2", 400, "invalid_json"),
    "UTF-16": (batch(track()).decode().encode("utf-16"), 400, "invalid_json"),
    "NUL bytes": (b"\0" * 1000, 400, "invalid_json"),
}


@pytest.mark.parametrize("bad", BAD_MESSAGES)
def test_a_bad_message_is_listed_and_its_neighbours_are_kept(running_server: Server, bad: str):
    message, code = BAD_MESSAGES[bad]
    reply = running_server.post("/v1/batch", batch(track(), message, track()))
    assert (reply.status, reply.body["accepted"]) == (200, 2)
    ((index, found),) = ((r["index"], r["code"]) for r in reply.body["refused"])
    assert (index, found) == (1, code)
    assert reply.body["refused"][0]["message"]


@pytest.mark.parametrize("odd", ODD_MESSAGES)
def test_an_odd_message_is_taken_and_its_neighbours_too(running_server: Server, odd: str):
    reply = running_server.post("/v1/batch", batch(track(), ODD_MESSAGES[odd], track()))
    assert (reply.status, reply.body["accepted"], reply.body["refused"]) == (200, 3, [])


@pytest.mark.parametrize("bad", BAD_BODIES)
def test_a_bad_body_is_refused_with_code_and_words(running_server: Server, bad: str):
    body, status, code = BAD_BODIES[bad]
    reply = running_server.post("/v1/batch", body)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert reply.body["message"]
    assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", [p + slash for p in PATHS for slash in ("", "/")])
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_every_path_takes_any_content_type(running_server: Server, path: str, content_type: str):
    reply = running_server.post(path, batch(*one_of_each()), content_type=content_type)
    assert (reply.status, reply.body["accepted"]) == (200, 6)


@pytest.mark.parametrize("path", SINGLE)
@pytest.mark.parametrize("slash", ["", "/"])
def test_single_forms_take_the_bare_message(running_server: Server, path: str, slash: str):
    letters = {m["type"][0]: m for m in one_of_each()}
    bare = letters[path[0]] | {"writeKey": running_server.key, "sentAt": "2026-11-22T04:27:16Z"}
    without_type = {k: v for k, v in bare.items() if k != "type"}
    for message in (bare, without_type):
        body = json.dumps(message).encode()
        reply = running_server.request("POST", f"/v1/{path}{slash}", body)
        assert (reply.status, reply.body["accepted"]) == (200, 1)


@pytest.mark.parametrize("bad", [n for n, (m, _) in BAD_MESSAGES.items() if isinstance(m, dict)])
def test_a_single_bad_message_is_a_final_refusal(running_server: Server, bad: str):
    message, code = BAD_MESSAGES[bad]
    reply = running_server.post("/v1/t", message)
    if bad == "no type":
        code = "missing_event"  # the path says the type
    assert (reply.status, reply.body["code"]) == (400, code)


def test_gzip_is_undone_with_and_without_its_header(running_server: Server):
    packed = gzip.compress(batch(track()))
    for headers in ({"content_encoding": "gzip"}, {"content_encoding": "GZIP"}, {}):
        assert running_server.post("/v1/batch", packed, **headers).body["accepted"] == 1
    deflated = zlib.compress(batch(track()))
    assert running_server.post("/v1/batch", deflated, content_encoding="deflate").status == 200


@pytest.mark.parametrize(
    ("body", "coding", "status", "code"),
    [
        (gzip.compress(b"0" * 200_000_000), "gzip", 413, "too_large"),
        (gzip.compress(gzip.compress(b"x" * 1000)), "gzip", 400, "invalid_json"),
        (gzip.compress(batch(track()))[:-20], "gzip", 400, "invalid_packing"),
        (b"\x1f\x8b\x08" + b"junk" * 20, "gzip", 400, "invalid_packing"),
        (batch(track()), "gzip", 400, "invalid_packing"),
        (batch(track()), "br", 400, "unknown_encoding"),
        (b"", "gzip", 400, "invalid_json"),
    ],
    ids=["bomb", "twice", "cut short", "junk", "not packed", "br", "empty"],
)
def test_what_is_badly_packed_is_refused(running_server: Server, body: bytes, coding: str, status: int, code: str):
    reply = running_server.post("/v1/batch", body, content_encoding=coding)
    assert (reply.status, reply.body["code"]) == (status, code)


def test_a_body_far_too_large_is_answered_and_not_cut_off(running_server: Server):
    reply = running_server.post("/v1/batch", b"x" * 10_000_000)
    assert (reply.status, reply.body["code"]) == (413, "too_large")


def test_the_key_is_taken_from_each_place_clients_put_it(running_server: Server):
    key, body = running_server.key, batch(track())
    assert running_server.post("/v1/batch", body).status == 200
    for authorization in (f"Bearer {key}", basic(key).replace("Basic", "basic")):
        reply = running_server.request("POST", "/v1/batch", body, {"authorization": authorization})
        assert reply.status == 200
    for name in ("writeKey", "api_key"):
        inside = batch(track(), **{name: key})
        assert running_server.request("POST", "/v1/batch", inside).status == 200
        broken_header = {"authorization": "Basic !!!"}
        assert running_server.request("POST", "/v1/batch", inside, broken_header).status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic OnB3",
        "Bearer",
        "Digest x",
        basic("nope"),
        basic("rgd_write_no"),
        basic("rgd_read_" + "x" * 40),
        basic("k" * 5_000),
        "Basic \xff\xfe",
        basic("rgd_write_é"),
    ],
)
def test_a_wrong_key_is_a_final_refusal(running_server: Server, authorization: str):
    headers = {"authorization": authorization} if authorization else {}
    reply = running_server.request("POST", "/v1/batch", batch(track()), headers)
    assert (reply.status, reply.body["code"]) in ((401, "missing_key"), (401, "invalid_key"))
    wrong_inside = batch(track(), writeKey="nope")
    assert running_server.request("POST", "/v1/batch", wrong_inside, headers).status == 401


@pytest.mark.parametrize("path", [*PATHS, *(f"/v1/{p}" for p in SINGLE), "/v1/nonsense"])
def test_a_preflight_is_answered_for_every_path(running_server: Server, path: str):
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-retry-count",
    }
    for slash in ("", "/"):
        reply = running_server.request("OPTIONS", path + slash, headers=asked)
        assert reply.status == 200
        assert reply.headers["access-control-allow-origin"] == "*"
        allowed = reply.headers["access-control-allow-headers"].lower()
        assert all(h in allowed for h in ("authorization", "content-type", "x-retry-count"))
        assert "POST" in reply.headers["access-control-allow-methods"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/t/", "/v1", "/v1/", "/v1/nonsense", "/batch/"])
def test_no_method_or_path_is_misunderstood(running_server: Server, method: str, path: str):
    reply = running_server.request(method, path, b"{}" if method != "HEAD" else None)
    assert reply.status not in MISUNDERSTOOD
    assert reply.status in (400, 401, 404, 405)
    if method != "HEAD":
        assert {"code", "message"} <= reply.body.keys()


def test_an_empty_batch_is_done(running_server: Server):
    assert running_server.post("/v1/batch", {"batch": []}).body["accepted"] == 0


def test_the_browser_finds_its_settings(running_server: Server):
    path = f"/v1/projects/{running_server.key}/settings"
    for slash in ("", "/"):
        reply = running_server.request("GET", path + slash)
        assert reply.status == 200
        assert reply.body["integrations"]["Segment.io"]["apiKey"] == running_server.key
    assert running_server.request("GET", "/v1/projects/nobody/settings").status == 404


def test_all_of_it_ends_in_the_log_or_among_the_refusals(running_server: Server):
    """Everything of the tables above is absorbed without a stop, and staff see every refusal."""
    for body, _, _ in BAD_BODIES.values():
        running_server.post("/v1/batch", body)
    for message, _ in BAD_MESSAGES.values():
        running_server.post("/v1/batch", batch(message))
    marked = [batch(odd).replace(b'"messageId": "', b'"messageId": "odd ', 1) for odd in ODD_MESSAGES.values()]
    assert sum(running_server.post("/v1/batch", body).body["accepted"] for body in marked) == len(marked)
    running_server.absorb()
    assert running_server.absorb() == (0, 0)
    kept = running_server.rows("SELECT count(*) FROM collect_touchpoint WHERE message_id LIKE 'odd %'")
    told_their_id = sum(b'"messageId": "odd ' in body for body in marked)
    assert kept == [(told_their_id,)]
    codes = {row[0] for row in running_server.rows("SELECT DISTINCT code FROM collect_refusal")}
    assert {code for _, code in BAD_MESSAGES.values()} <= codes
    assert {"too_large", "invalid_json", "too_many_messages", "unread_number"} <= codes
    assert "parked" not in codes  # nothing a client can send meets a bug of ours


def test_no_stored_text_carries_what_a_database_cannot_hold(running_server: Server):
    for odd in ODD_MESSAGES.values():
        running_server.post("/v1/batch", batch(odd, track(writeKey=running_server.key)))
    running_server.absorb()
    rows = running_server.rows("SELECT message_id, name, properties, context FROM collect_touchpoint")
    for row in rows:
        text = "".join(map(str, row))
        assert "\0" not in text
        assert "\\u0000" not in text
        assert running_server.key not in text
        json.loads(row[2])
        json.loads(row[3])


def test_memory_stays_bounded_by_what_was_sent(running_server: Server):
    """A8: bombs, floods of brackets and bodies of ten megabytes leave the process its size."""
    running_server.post("/v1/batch", batch(track()))
    before = peak_memory(running_server)
    bomb = gzip.compress(b"0" * 200_000_000)
    brackets = b"[" * 400_000
    for _ in range(5):
        running_server.post("/v1/batch", bomb, content_encoding="gzip")
        running_server.post("/v1/batch", brackets)
        running_server.post("/v1/batch", b"x" * 10_000_000)
    assert peak_memory(running_server) - before < 256 * 1024


def peak_memory(running: Server) -> int:
    """The largest resident memory the process ever had, in kB."""
    assert running.process is not None
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
