"""The one door (F8): what it opens for, what it stays closed to, and that nothing else opens such a connection."""

from __future__ import annotations

import ast
import ssl
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard import door
from regard.door import Closed, NoAnswer, NotSent, post, read_destination, refusal_of
from tests.receiver import Receiver
from tests.rules.sources import modules, short, tree_of

LOOPBACK = "127.0.0.0/8"
HEADERS = {"content-type": "application/json"}

# Fifty ways to write an address that leads inside, most of them seen in reports of real servers.
INSIDE = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.127.127.127", "localhost", "localhost.", "LOCALHOST", "0.0.0.0", "0", "10.0.0.1", "10.255.255.255",
    "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1.254", "169.254.169.254", "169.254.170.2",
    "169.254.0.1", "168.63.129.16", "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:a00:1]",
    "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[2001:0:7f00:1::1]", "[::127.0.0.1]",
    "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[fec0::1]", "[64:ff9b:1::1]",
]  # fmt: skip


def call(url: str, *, allowed: str = "", **more: object) -> door.Answered:
    return post(read_destination(url, allowed=allowed), headers=HEADERS, body=b"{}", **more)


@pytest.mark.parametrize("host", INSIDE)
def test_no_way_of_writing_an_inside_address_opens_the_door(host: str, receiver: Receiver) -> None:
    for port in ("", ":8443", f":{receiver.port}"):
        with pytest.raises((Closed, NotSent)):
            call(f"https://{host}{port}/", seconds=2)

    assert receiver.inbox.taken == []


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_not_refused(address: str) -> None:
    assert refusal_of(address, read_destination("https://example.org/")) == ""


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/", "https"),
        ("ftp://example.org/", "https"),
        ("file:///etc/passwd", "https"),
        ("gopher://example.org:70/_x", "https"),
        ("//example.org/", "https"),
        ("https://user:word@example.org/", "user"),
        ("https://user@example.org/", "user"),
        ("https://example.org\\@127.0.0.1/", "backslash"),
        ("https://example.org/#part", "#"),
        ("https://example.org/ a", "blanks"),
        ("https://example.org:22/", "port 22"),
        ("https://example.org:80/", "port 80"),
        ("https://example.org:0x1bb/", "no address"),
        ("https://", "name"),
        ("https://exa_mple..org/", "name"),
        ("https://ex%61mple.org/", "name"),
        ("https://bücher.example/", "plain text"),
        ("https://example.org/\r\nHost: inside", "plain text"),
        ("https://" + "a" * 600, "500"),
    ],
)
def test_an_address_is_read_strictly(url: str, words: str) -> None:
    with pytest.raises(Closed, match=words):
        read_destination(url)


@pytest.mark.parametrize(
    "wide",
    [
        "0.0.0.0/0",
        "10.0.0.0/7",
        "8.8.8.0/24",
        "169.254.0.0/16",
        "fe80::/10",
        "::/0",
        "fc00::/7",
        "x",
    ],
)
def test_no_range_opens_more_than_a_private_one(wide: str) -> None:
    with pytest.raises(Closed):
        read_destination("https://example.org/", allowed=wide)


def test_an_allowed_range_opens_itself_and_nothing_beside_it(receiver: Receiver) -> None:
    assert call(receiver.url(), allowed="127.0.0.1/32").status == 204
    assert len(receiver.inbox.taken) == 1

    with pytest.raises(Closed, match="not a public address"):
        call(receiver.url(), allowed="10.0.0.0/8")
    with pytest.raises(Closed, match="outside of the range"):
        call(receiver.url(host="example.org"), allowed=LOOPBACK, resolve=lambda *_: ["8.8.8.8"])
    with pytest.raises(Closed, match="clouds"):
        call("https://meta.example/", allowed="fd00:ec2::/32", resolve=lambda *_: ["fd00:ec2::254"])
    assert len(receiver.inbox.taken) == 1


def test_one_inside_address_among_public_ones_closes_the_door(receiver: Receiver) -> None:
    with pytest.raises(Closed, match=r"127\.0\.0\.1"):
        call("https://example.org/", resolve=lambda *_: ["93.184.216.34", "127.0.0.1"])


def test_a_name_that_changes_its_mind_gains_nothing(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    called: list[str] = []

    def connect(self: object, host: str, port: int, **_: object) -> None:
        called.append(host)
        raise door.httpcore.ConnectError("far away")

    monkeypatch.setattr(door.httpcore.SyncBackend, "connect_tcp", connect)

    with pytest.raises(NotSent):
        call("https://rebind.example/", resolve=rebinding)
    assert (asked, called) == (["rebind.example"], ["93.184.216.34"])
    assert receiver.inbox.taken == []


def test_a_name_is_asked_once_and_its_address_called_whatever_it_means_now(
    receiver: Receiver,
) -> None:
    asked: list[str] = []

    def first_loopback(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.9.9.9"]

    url = receiver.url("/named", host="named.example")
    assert call(url, allowed=LOOPBACK, resolve=first_loopback).status == 204

    (taken,) = receiver.inbox.at("/named")
    assert taken.headers["Host"] == f"named.example:{receiver.port}"
    assert asked == ["named.example"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(status: int, receiver: Receiver) -> None:
    receiver.inbox.answers["/away"] = [(status, {"Location": receiver.url("/inside")})]

    assert call(receiver.url("/away"), allowed=LOOPBACK).status == status

    assert [one.path for one in receiver.inbox.taken] == ["/away"]


def test_proxies_of_the_environment_are_not_read(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Receiver()
    other.start()
    for name in (
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.setenv(name, other.url())
    try:
        assert call(receiver.url("/direct"), allowed=LOOPBACK).status == 204
    finally:
        other.stop()
    assert (len(receiver.inbox.taken), other.inbox.taken) == (1, [])


def test_a_byte_now_and_then_gains_no_time(receiver: Receiver) -> None:
    ended = threading.Event()

    def run() -> None:
        with pytest.raises(NoAnswer):
            call(receiver.url("/drip"), allowed=LOOPBACK, seconds=0.5)
        ended.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ended.wait(timeout=60), "the drip, which would go on for minutes, was waited out"


def test_an_answer_without_end_is_cut_off_and_its_status_stands(receiver: Receiver) -> None:
    assert call(receiver.url("/huge"), allowed=LOOPBACK).status == 200


def test_what_hangs_up_after_the_request_leaves_it_unknown(receiver: Receiver) -> None:
    with pytest.raises(NoAnswer):
        call(receiver.url("/hang-up"), allowed=LOOPBACK)


def test_what_is_not_there_is_known_not_to_have_been_told() -> None:
    gone = Receiver()
    gone.start()
    url = gone.url()
    gone.stop()

    with pytest.raises(NotSent):
        call(url, allowed=LOOPBACK)
    with pytest.raises(NotSent):
        call("https://nobody.invalid/")
    with pytest.raises(NotSent):
        call("https://example.org/", resolve=lambda *_: [])


def test_the_time_of_a_slow_look_up_counts(receiver: Receiver) -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(0.2)
        return ["127.0.0.1"]

    with pytest.raises(NotSent, match="over"):
        call(receiver.url(host="slow.example"), allowed=LOOPBACK, resolve=slow, seconds=0.1)
    assert receiver.inbox.taken == []


def test_tls_is_checked_against_the_name(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []
    make = ssl.create_default_context
    monkeypatch.setattr(door.ssl, "create_default_context", lambda: made.append(make()) or made[-1])

    with pytest.raises(NotSent):  # a plain server cannot pass for a TLS one
        call(f"https://127.0.0.1:{receiver.port}/", allowed=LOOPBACK)
    assert made[0].check_hostname
    assert made[0].verify_mode is ssl.CERT_REQUIRED


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_judged_the_same_however_it_is_wrapped(number: int) -> None:
    plain = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    there = read_destination("https://example.org/")
    judged = bool(refusal_of(plain, there))

    assert bool(refusal_of(f"::ffff:{plain}", there)) == judged
    assert bool(refusal_of(f"64:ff9b::{plain}", there)) == judged


# `smtplib` hands mail to the one server the environment names; the rest would be a second door.
OPENERS = {"httpcore", "httpx", "requests", "urllib.request", "urllib3", "aiohttp", "http.client", "ftplib", "telnetlib"}  # fmt: skip


def test_nothing_else_of_the_product_can_open_such_a_connection() -> None:
    users = {}
    for path in modules():
        names = set()
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        if found := names & OPENERS:
            users[short(path)] = found
    asks_itself = "src/regard/cli/up.py"  # whether the server it started is ready, on loopback
    assert sorted(users) == [asks_itself, "src/regard/door.py"]
