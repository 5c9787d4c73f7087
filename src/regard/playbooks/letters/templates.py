"""Message templates of a playbook: a letter from a named human, in each language it is written in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from regard.playbooks.channels import carrying_letters
from regard.playbooks.values.base import Part, Slug, Texts


class Products(Part):
    """How many fitting products a letter shows, and where each leads; `{sku}` stands for the product's number."""

    limit: int = Field(default=3, ge=1, le=6)
    url: str = ""


class Template(Part):
    """One letter. It may use only the fields its purpose allows; the check and the sending both hold to that."""

    name: str = ""
    channel: Annotated[str, AfterValidator(carrying_letters)] = "email"
    purpose: Slug
    sender: str
    subject: Texts
    preheader: Texts = {}
    letter: Texts
    sign_off: Texts = {}
    products: Products | None = None
    track: bool = True  # opens and clicks; both stay unconfirmed access records (contract 13)

    @property
    def languages(self) -> frozenset[str]:
        """The languages both subject and letter are written in."""
        return frozenset(self.subject) & frozenset(self.letter)


def choose_language(available: frozenset[str], wanted: str, fallback: str) -> str:
    """Return the best language there is: the wanted one, its base ('de' for 'de-AT'), the company's, else the first."""
    for language in (wanted, wanted.split("-")[0], fallback, fallback.split("-")[0]):
        if language in available:
            return language
    return min(available, default=fallback)
