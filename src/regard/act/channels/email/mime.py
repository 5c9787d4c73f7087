"""The mail itself: headers that cannot be injected, a text part, an HTML part, and the right to leave in one click.

Headers follow RFC 5322, List-Unsubscribe RFC 2369 and one-click leaving RFC 8058; lines stay under 998 bytes because
every part is encoded as seven-bit text.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from hashlib import sha256

from regard.act.channels.base import Unfit

_ADDRESS = re.compile(
    r"(?!\.|[^@]*\.\.|[^@]*\.@)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)
_LOOSE = re.compile(r"\r(?!\n)|(?<!\r)\n|\r\n(?![ \t])|\x00")  # a line end that is no fold
LARGEST_MAIL = 100_000  # bytes; some mail programs cut off what is longer


class UnfitAddress(Unfit):
    """An address mail cannot be written to as it stands; the message says why, without the address."""


@dataclass(frozen=True, slots=True)
class MailEnvelope:
    """Who writes to whom, under which id, about which list."""

    message_id: str
    sender_name: str
    sender_email: str
    receiver: str
    subject: str
    list_id: str
    list_name: str
    unsubscribe: str = ""  # https address; empty where there is nothing to leave
    language: str = "en"


def build_mail(envelope: MailEnvelope, *, text: str, html: str, at: datetime) -> bytes:
    """Return the mail as bytes ready for DATA. Raises UnfitAddress for a receiver or sender that cannot be one.

    Set line by line: with the message object of the standard library this was most of what a letter cost.
    """
    writer = _address(envelope.sender_email, envelope.sender_name, "From")
    # "=_" is nowhere in quoted-printable text, so no letter can end its part early.
    boundary = "=_" + sha256(envelope.message_id.encode()).hexdigest()[:32]
    head = [
        ("From", writer),
        ("To", _address(envelope.receiver)),
        ("Reply-To", writer),
        ("Subject", _words(one_line(envelope.subject), "Subject")),
        ("Date", format_datetime(at)),
        ("Message-ID", envelope.message_id),
        ("Content-Language", envelope.language),
    ]
    if envelope.unsubscribe:
        head += [
            ("List-ID", f"{_quoted(envelope.list_name)} <{envelope.list_id}>"),
            ("List-Unsubscribe", f"<{envelope.unsubscribe}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    head += [
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]
    lines = [*(f"{name}: {_sealed(value)}" for name, value in head), ""]
    for kind, part in (("plain", text), ("html", html)):
        lines += [
            f"--{boundary}",
            f'Content-Type: text/{kind}; charset="utf-8"',
            "Content-Transfer-Encoding: quoted-printable",
            "",
            _quoted_printable(part),
        ]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode("ascii")


def _sealed(value: str) -> str:
    """Return a header's value. Raises ValueError for one that could end its header: whatever came before must not."""
    if _LOOSE.search(value) or not value.isascii():
        raise ValueError("a header's value would begin another header")
    return value


def _quoted_printable(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return b2a_qp(lines, istext=True).decode("ascii").replace("\n", "\r\n")


def _words(text: str, header: str) -> str:
    """Return text as a header's value: as it is where it is plain, else in encoded words (RFC 2047), folded."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def one_line(text: str, limit: int = 200) -> str:
    """Return text fit for a header: no control characters, no line breaks, no encoded words of its own, bounded.

    "=?" opens an encoded word (RFC 2047): a value that carries one would be decoded on its way into the header, line
    breaks and all.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("=?", "= ?")[:limit]


def _address(email: str, name: str = "", header: str = "To") -> str:
    if not email.isascii():
        raise UnfitAddress("the address needs SMTPUTF8, which we do not speak yet")
    if len(email) > 254 or not _ADDRESS.fullmatch(email):
        raise UnfitAddress("the address is not one mail can be written to")
    called = one_line(name, 120)
    if not called:
        return email
    shown = _quoted(called) if called.isascii() else _words(called, header)
    return f"{shown}\r\n <{email}>" if len(shown) + len(email) > 60 else f"{shown} <{email}>"


def _quoted(name: str) -> str:
    plain = one_line(name, 120).encode("ascii", "replace").decode()
    return '"' + plain.replace("\\", "").replace('"', "") + '"'
