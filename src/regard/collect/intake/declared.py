"""The two numbers a touchpoint declares: what it was worth, and the score somebody gave."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

import msgspec

from regard.kernel.money import LARGEST_MINOR, parse_minor

_LARGEST_FACTOR = 10**12  # of a quantity or a score


class Properties(msgspec.Struct, gc=False):
    """The properties that carry value and score; every other one is passed over unread."""

    total: object = None
    revenue: object = None
    value: object = None
    price: object = None
    quantity: object = None
    currency: object = None
    score: object = None
    rating: object = None


def currency_of(told: object, company: str) -> str:
    """Return the message's currency where it is three letters, else the company's."""
    return (_currency(told) or company) if isinstance(told, str) else company


@lru_cache(maxsize=1_000)
def _currency(told: str) -> str:
    code = told.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def value_of(properties: Properties, currency: str) -> tuple[int | None, str]:
    """Return (minor units, "") or (None, the field that is no number); (None, "") where nothing is told.

    `total`, else `revenue`, else `value`, else `price` x `quantity` (one where no quantity is told).
    """
    for name in ("total", "revenue", "value"):
        told = getattr(properties, name)
        if told is not None:
            minor = _minor(told, currency)
            return minor, "" if minor is not None else name
    if properties.price is None:
        return None, ""
    price = _minor(properties.price, currency)
    quantity = _decimal(1 if properties.quantity is None else properties.quantity)
    if price is None or quantity is None:
        return None, "price" if price is None else "quantity"
    total = price * quantity
    return (int(total), "") if abs(total) <= LARGEST_MINOR else (None, "price")


def score_of(properties: Properties) -> tuple[int | None, str]:
    """Return (thousandths, "") of a survey answer's `score`, else `rating`; (None, field) where it is no number."""
    name = "score" if properties.score is not None else "rating"
    told = getattr(properties, name)
    if told is None:
        return None, ""
    score = _decimal(told)
    if score is None or abs(score) > 1_000_000:
        return None, name
    return int((score * 1000).to_integral_value()), ""


def _minor(told: object, currency: str) -> int | None:
    return _known_minor(told, currency) if isinstance(told, int | float | str) else None


# Prices repeat: reading one again costs a tenth. `typed`, because True, 1 and 1.0 are equal and not the same.
_known_minor = lru_cache(maxsize=20_000, typed=True)(parse_minor)


def _decimal(told: object) -> Decimal | None:
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        value = Decimal(str(told).strip())
        return value if value.is_finite() and abs(value) <= _LARGEST_FACTOR else None
    except ArithmeticError:  # no number, or an exponent beyond everything
        return None
