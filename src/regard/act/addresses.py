"""The addresses a message carries, each signed for one use, and the reading of what comes back through them.

A token holds ids only, never a name or an address. It opens the one thing it was made for: a survey's token cannot
leave a list, a click's token cannot open the preferences (promises C7, F9, F14).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings

from regard.kernel.signing import keyed_hash, sign, unsign


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who leaves which purpose, and through which message (None: through a link a person of staff gave)."""

    person: uuid.UUID
    purpose: str
    message: uuid.UUID | None


def survey_address(invitation: uuid.UUID, score: int | None = None) -> str:
    """Return the page that asks; with `score` it opens with that answer ready to be confirmed."""
    page = _address("s", "survey", invitation.hex)
    return page if score is None else f"{page}?a={score}"


def preferences_address(person: uuid.UUID) -> str:
    """Return the page on which a person chooses what they get."""
    return _address("c", "preferences", person.hex)


def unsubscribe_address(person: uuid.UUID, purpose: str, message: uuid.UUID | None = None) -> str:
    """Return the page that leaves one purpose; mail programs post to it directly (RFC 8058)."""
    return _address("u", "unsubscribe", f"{person.hex}.{purpose}.{message.hex if message else ''}")


def click_address(message: uuid.UUID, position: int) -> str:
    """Return the address that leads on to the stored link at `position` of the message."""
    return _address("l", "click", f"{message.hex}.{position}")


def open_address(message: uuid.UUID) -> str:
    """Return the address of the one-pixel picture that tells of an opened mail."""
    return _address("o", "open", message.hex) + ".gif"


def read_survey_token(token: str) -> uuid.UUID | None:
    """Return the invitation a token is for, or None."""
    return _uuid(_payload("survey", token))


def read_preferences_token(token: str) -> uuid.UUID | None:
    """Return the person a token is for, or None."""
    return _uuid(_payload("preferences", token))


def read_unsubscribe_token(token: str) -> Leaving | None:
    """Return who leaves what, or None."""
    parts = (_payload("unsubscribe", token) or "").split(".")
    person = _uuid(parts[0])
    if len(parts) != 3 or person is None:
        return None
    return Leaving(person, parts[1], _uuid(parts[2]))


def read_click_token(token: str) -> tuple[uuid.UUID, int] | None:
    """Return (message, position of the link), or None."""
    message, _, position = (_payload("click", token) or "").partition(".")
    found = _uuid(message)
    return (found, int(position)) if found is not None and position.isdecimal() else None


def read_open_token(token: str) -> uuid.UUID | None:
    """Return the message a pixel belongs to, or None."""
    return _uuid(_payload("open", token))


def referral_code(person: uuid.UUID) -> str:
    """Return the short code by which a friend's first order names who sent them; tells nothing about the person."""
    return keyed_hash(f"referral:{person.hex}", _secret())[:10]


def message_id_of(decision_key: str, sender_email: str) -> str:
    """Return the Message-ID of a decision's mail, the same at every try (promises, section 4, step 2)."""
    domain = sender_email.rpartition("@")[2] or "localhost"
    return f"<{keyed_hash(f'message:{decision_key}', _secret())[:40]}@{domain}>"


def _address(page: str, use: str, payload: str) -> str:
    return f"{settings.PUBLIC_URL}/p/{page}/{sign(use, payload, _secret())}"


def _payload(use: str, token: str) -> str | None:
    return unsign(use, token, _secret())


def _secret() -> bytes:
    return settings.SECRET_KEY.encode()


def _uuid(text: str | None) -> uuid.UUID | None:
    if not text or len(text) != 32:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
