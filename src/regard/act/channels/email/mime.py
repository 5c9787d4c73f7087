"""The mail itself: headers that cannot be injected, a text part, an HTML part, and the right to leave in one click.

Headers follow RFC 5322, List-Unsubscribe RFC 2369 and one-click leaving RFC 8058; lines stay under 998 bytes because
every part is encoded as seven-bit text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

_POLICY = policy.SMTP.clone(cte_type="7bit")
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)
LARGEST_MAIL = 100_000  # bytes; some mail programs cut off what is longer


class UnfitAddress(Exception):
    """An address mail cannot be written to as it stands; the message says why, without the address."""


@dataclass(frozen=True, slots=True)
class Envelope:
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


def build_mail(envelope: Envelope, *, text: str, html: str, at: datetime) -> bytes:
    """Return the mail as bytes ready for DATA. Raises UnfitAddress for a receiver or sender that cannot be one."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(envelope.sender_email, envelope.sender_name)
    mail["To"] = _address(envelope.receiver)
    mail["Reply-To"] = _address(envelope.sender_email, envelope.sender_name)
    mail["Subject"] = one_line(envelope.subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = envelope.message_id
    mail["Content-Language"] = envelope.language
    if envelope.unsubscribe:
        mail["List-ID"] = f"{_quoted(envelope.list_name)} <{envelope.list_id}>"
        mail["List-Unsubscribe"] = f"<{envelope.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text, subtype="plain", charset="utf-8", cte="quoted-printable")
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def one_line(text: str, limit: int = 200) -> str:
    """Return text fit for a header: no control characters, no line breaks, no encoded words of its own, bounded.

    "=?" opens an encoded word (RFC 2047): a value that carries one would be decoded on its way into the header, line
    breaks and all.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("=?", "= ?")[:limit]


def _address(email: str, name: str = "") -> Address:
    if not email.isascii():
        raise UnfitAddress("the address needs SMTPUTF8, which we do not speak yet")
    if len(email) > 254 or not _ADDRESS.fullmatch(email):
        raise UnfitAddress("the address is not one mail can be written to")
    return Address(display_name=one_line(name, 120), addr_spec=email)


def _quoted(name: str) -> str:
    return (
        '"'
        + one_line(name, 80).encode("ascii", "replace").decode().replace("\\", "").replace('"', "")
        + '"'
    )
