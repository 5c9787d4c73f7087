"""Where mail goes: to the SMTP server the environment names, else into the local outbox one reads in the product."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Protocol, Self

from regard.act.channels.email.handover import Handed, Line, Outcome, SmtpServer, parse_smtp_url


class Transport(Protocol):
    """Hands one mail over at a time; used as a context, so that a connection is let go of."""

    @property
    def name(self) -> str:
        """What the outbox shows: the server, or that nothing left."""

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:
        """Hand over and say what became of it; never raises for what the other side does."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


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
        self._line = Line(server)

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
