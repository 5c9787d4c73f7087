"""Where mail goes: to the SMTP server the environment names, else into the local outbox one reads in the product."""

from __future__ import annotations

import os
from typing import Self

from regard.act.channels.base import Handed, Outcome, Transport
from regard.act.channels.email.handover import SmtpLine, SmtpServer, parse_smtp_url


class Outbox:
    """Keeps mail in the product: the message row holds it all, and nothing leaves."""

    name = "outbox"

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:  # noqa: ARG002
        """Say that the mail was kept."""
        return Handed(Outcome.SENT, "kept in the local outbox: REGARD_SMTP_URL names no server")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class Smtp:
    """Hands mail to an SMTP server, some mails a connection."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._line = SmtpLine(server)

    @property
    def name(self) -> str:
        """The server, without its secret."""
        return self._server.name

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:
        """Hand one mail to the server."""
        return self._line.hand_over(sender=sender, receiver=receiver, mail=mail)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()


def transport_from_environment() -> Transport:
    """Return the transport `REGARD_SMTP_URL` names, else the outbox. Raises ValueError for an address that is none."""
    url = os.environ.get("REGARD_SMTP_URL", "").strip()
    return Smtp(parse_smtp_url(url)) if url else Outbox()
