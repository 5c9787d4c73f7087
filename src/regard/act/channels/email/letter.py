"""A letter ready to be set: its words, products, scale and addresses, with nothing left to look up.

`set_text` and `set_html` (in `typeset.py`) make the two parts of the mail from it; both say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from regard.act.known.offered import Product
from regard.playbooks.letters.language import Block


@dataclass(frozen=True, slots=True)
class Scale:
    """The answers one can tap: (score, address) low to high, with the words at both ends."""

    answers: tuple[tuple[int, str], ...]
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Footer:
    """Why this came, how to change it, who sent it."""

    why: str
    preferences: tuple[str, str]  # words, address
    unsubscribe: tuple[str, str] | None  # None where the purpose is not one a person can leave
    company: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person in one language."""

    language: str
    subject: str
    preheader: str
    blocks: tuple[Block, ...]
    sign_off: str
    sender_name: str
    sender_title: str
    footer: Footer
    products: tuple[Product, ...] = ()
    scale: Scale | None = None
    pixel: str = ""


@dataclass(slots=True)
class Links:
    """Collects the links of a letter in order, and gives each the address that counts its clicks."""

    address: Callable[[int], str] | None  # None: the letter is not tracked
    urls: list[str] = field(default_factory=list)

    def lead(self, url: str) -> str:
        """Return the address to put in the letter for `url`."""
        if self.address is None or not url:
            return url
        if url not in self.urls:
            self.urls.append(url)
        return self.address(self.urls.index(url))
