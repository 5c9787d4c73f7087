"""The company: whose clock, currency and name everything uses, and who signs its letters."""

from __future__ import annotations

from regard.playbooks.values.base import Part


class Sender(Part):
    """A real person who signs and reads the replies."""

    name: str
    email: str
    title: str = ""


class Company(Part):
    """The one company of this installation (contract 6)."""

    name: str
    time_zone: str
    country: str
    currency: str
    language: str = "en"
    postal_address: str
    senders: dict[str, Sender]
    unknown_zones: tuple[str, ...] = ()  # contract 8; empty: the company's zone
    banned_phrases: tuple[str, ...] = ()  # how we do not speak; the template check finds them
