"""A real SMTP server for tests that behaves or misbehaves by the receiver's name, and remembers every mail it took."""

from __future__ import annotations

import asyncio
import email
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(slots=True)
class Taken:
    """One mail the server took: it said, or meant to say, 250 after the final dot."""

    receiver: str
    sender: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=default)  # type: ignore[return-value]


@dataclass
class Misbehaving:
    """ok: takes it. slow: takes it after a while. lost-before: hangs up at DATA. lost-after: takes it and hangs up
    without an answer. defer: 451 at the final dot. refuse: 550 for the receiver. busy: 421. With `once-` in front it
    misbehaves only the first time."""

    taken: list[Taken] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    hold_from: int | None = None  # from so many taken on, answers to the final dot wait until `go_on`
    held: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    news: threading.Condition = field(default_factory=threading.Condition)

    def behaves(self, receiver: str, kind: str) -> bool:
        """Say whether this receiver misbehaves in this way now."""
        if receiver.startswith(f"once-{kind}"):
            with self.lock:
                is_first = receiver not in self.tried
                self.tried.add(receiver)
            return is_first
        return receiver.startswith(kind)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("refuse"):
            return "550 5.1.1 no such mailbox"
        if self.behaves(address, "busy"):
            return "421 4.3.2 busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        receiver = envelope.rcpt_tos[0]
        if self.behaves(receiver, "defer"):
            return "451 4.7.1 try later"
        if receiver.startswith("slow"):
            await asyncio.sleep(0.05)
        with self.lock:
            self.taken.append(Taken(receiver, envelope.mail_from or "", bytes(envelope.content or b"")))
        with self.news:
            self.held = self.held or (self.hold_from is not None and len(self.taken) >= self.hold_from)
            self.news.notify_all()
        while self.held:
            await asyncio.sleep(0.005)
        if self.behaves(receiver, "lost-after"):
            server.transport.abort()
            return "250 never heard"
        return "250 2.0.0 queued"

    def hold_after(self, count: int) -> None:
        """Take so many more and leave the last of them, and all after it, without an answer until `go_on`."""
        with self.news:
            self.hold_from = len(self.taken) + count

    def holds(self, *, within: float) -> bool:
        """Say whether somebody waits for an answer that is held back; look for so many seconds at most."""
        with self.news:
            return self.news.wait_for(lambda: self.held, timeout=within)

    def go_on(self) -> None:
        """Answer whoever waits."""
        with self.news:
            self.hold_from, self.held = None, False

    def to(self, receiver: str) -> list[Taken]:
        with self.lock:
            return [one for one in self.taken if one.receiver == receiver]


class _Server(SMTP):
    """Hangs up when a mail for a `lost-before` receiver is about to begin."""

    async def smtp_DATA(self, arg: str) -> None:
        receivers = getattr(self.envelope, "rcpt_tos", [])
        if receivers and self.event_handler.behaves(receivers[0], "lost-before"):
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class MailServer(Controller):
    """The server in a thread, on a free port."""

    def __init__(self) -> None:
        self.box = Misbehaving()
        super().__init__(self.box, hostname="127.0.0.1", port=0)

    def factory(self) -> Any:
        return _Server(self.handler, hostname="mail.example", enable_SMTPUTF8=False)

    def _trigger_server(self) -> None:
        # Port 0: the base class would connect to the number it was given to see that the server answers.
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=off"
