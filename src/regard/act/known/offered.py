"""Products that fit a person, in the words and at the prices of a letter in their language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency

from regard.act.words import words
from regard.playbooks.letters.templates import Products
from regard.understand.offers.shelf import Shelf, fitting_products


@dataclass(frozen=True, slots=True)
class Product:
    """One product that fits: its name, its price in words, where it leads, and what it goes with."""

    name: str
    price: str = ""
    url: str = ""
    because: str = ""


def offered_products(
    owned: frozenset[str], shelf: Shelf, wanted: Products, *, language: str, currency: str
) -> tuple[Product, ...]:
    """Return up to `wanted.limit` products that go with what a person owns, best first, as the letter shows them."""
    return tuple(
        Product(
            name=fit.name,
            price=_price(fit.price, currency, language),
            url=wanted.url.replace("{sku}", quote(fit.sku, safe="")),
            because=words(language)["goes_with"].format(name=fit.goes_with),
        )
        for fit in fitting_products(owned, shelf, limit=wanted.limit)
    )


def _price(price: Decimal | None, currency: str, language: str) -> str:
    """Return a price in words of the reader's language, or nothing where there is none or the language is no locale."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return ""
    return format_currency(price, currency, locale=locale) if price is not None else ""
