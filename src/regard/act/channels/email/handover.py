"""Handing one mail to an SMTP server, in stages, so that what is known of it is known exactly (RFC 5321).

1. Before the final dot the server has not taken the mail: a lost line or a 4xx means *not sent*, and it may be tried again.
2. From the moment the final dot leaves us until the server's answer nobody knows: a lost line means *unknown*.
3. The answer to the final dot settles it: 2xx sent, 4xx try later, 5xx refused.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from regard.act.channels.base import Handed, Outcome

SECONDS_TO_TALK = 30
SECONDS_FOR_THE_ANSWER = 120  # RFC 5321 4.5.3.2.6 allows ten minutes; a lease has to outlast this
MAILS_A_LINE = 50


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """An SMTP server: smtp://user:pass@host:port (STARTTLS), smtps:// (TLS from the start).

    `?tls=off` is for a server on this machine; `?tls=offered` takes TLS where the server has it.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "required"  # required, offered, off, wrapped

    @property
    def name(self) -> str:
        """The server's name without its secret."""
        return f"smtp:{self.host}:{self.port}"

    def __repr__(self) -> str:  # a password must not reach a log through a traceback
        return f"SmtpServer({self.name})"


def parse_smtp_url(url: str) -> SmtpServer:
    """Return the server named by an address. Raises ValueError with what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("REGARD_SMTP_URL is smtp://user:password@host:port or smtps://...")
    is_wrapped = parts.scheme == "smtps"
    tls = "wrapped" if is_wrapped else parse_qs(parts.query).get("tls", ["required"])[0]
    if tls not in ("required", "offered", "off", "wrapped"):
        raise ValueError("tls in REGARD_SMTP_URL is required, offered or off")
    port = parts.port or (465 if is_wrapped else 587)
    return SmtpServer(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), tls)


class SmtpLine:
    """One connection, used for some mails one after the other; `hand_over` never raises for what a server does."""

    def __init__(self, server: SmtpServer, *, answer_seconds: float = SECONDS_FOR_THE_ANSWER) -> None:
        self._server = server
        self._answer_seconds = answer_seconds
        self._smtp: smtplib.SMTP | None = None
        self._used = 0

    def hand_over(self, *, sender: str, receiver: str, mail: bytes) -> Handed:
        """Hand one mail over and say what became of it."""
        try:
            smtp = self._open()
            refused = self._envelope(smtp, sender, receiver)
            if refused is not None:
                return refused
            smtp.send(_dotted(mail))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Handed(Outcome.DEFERRED, f"before the end of the mail: {_words(error)}")
        return self._end(smtp)

    def close(self) -> None:
        """Let the connection go; a courtesy QUIT is not worth waiting for."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None and self._used < MAILS_A_LINE:
            self._used += 1
            return self._smtp
        self.close()
        server = self._server
        context = ssl.create_default_context()
        if server.tls == "wrapped":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS_TO_TALK, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS_TO_TALK)
        self._smtp, self._used = smtp, 1  # kept first: whatever fails next, close() finds it
        if (
            smtp.sock is not None
        ):  # the mail and its final dot leave in two writes: neither waits for the other's receipt
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo()
        if server.tls == "required" or (server.tls == "offered" and smtp.has_extn("starttls")):
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
        return smtp

    def _envelope(self, smtp: smtplib.SMTP, sender: str, receiver: str) -> Handed | None:
        """Say who writes to whom and open the mail. Returns what became of it where the server says no."""
        for stage in ("sender", "receiver"):
            code, words = smtp.mail(sender) if stage == "sender" else smtp.rcpt(receiver)
            if code not in (250, 251):
                self._start_over(smtp)
                # A refused sender is our own setting, not the receiver's fault: the mail waits for the repair.
                return _answered(code if stage == "receiver" else 451, code, words)
        code, words = smtp.docmd("DATA")
        if code != 354:
            self._start_over(smtp)
            return _answered(code, code, words)
        return None

    def _start_over(self, smtp: smtplib.SMTP) -> None:
        """Clear the envelope. A server that hangs up here has still answered: its answer stands."""
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _end(self, smtp: smtplib.SMTP) -> Handed:
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._answer_seconds)
            smtp.send(b".\r\n")
            code, words = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(SECONDS_TO_TALK)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Handed(Outcome.UNKNOWN, f"no answer after the end of the mail: {_words(error)}")
        return _answered(code, code, words)


def _dotted(mail: bytes) -> bytes:
    """Return the mail with leading dots doubled and a line end at its end (RFC 5321 4.5.2)."""
    doubled = re.sub(rb"^\.", b"..", mail, flags=re.MULTILINE)
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _answered(judged: int, code: int, words: bytes) -> Handed:
    note = f"{code} {words.decode('utf-8', 'replace')}"[:300]
    if 200 <= judged < 300:
        return Handed(Outcome.SENT, note)
    return Handed(Outcome.REFUSED if 500 <= judged < 600 else Outcome.DEFERRED, note)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
