"""Money as signed minor units with an ISO 4217 currency; parsed as Decimal, never as float."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

LARGEST_MINOR = 2**62
# Decimal places by ISO 4217 where they are not 2.
_PLACES = dict.fromkeys(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    0,
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


def places(currency: str) -> int:
    """Return how many decimal places the currency has (2 where it is not listed)."""
    return _PLACES.get(currency, 2)


def parse_minor(amount: object, currency: str) -> int | None:
    """Return minor units of `amount` (int, float, Decimal or decimal text), or None where it is no number.

    Text may carry spaces; it may not carry thousands marks: '1,234' is refused rather than guessed.
    Halves round to even.
    """
    if isinstance(amount, bool) or amount is None:
        return None
    try:
        value = Decimal(str(amount).strip())
        if not value.is_finite() or abs(value) > LARGEST_MINOR:
            return None
        minor = int(value.scaleb(places(currency)).to_integral_value(ROUND_HALF_EVEN))
    except ArithmeticError:  # no number, or an exponent beyond everything
        return None
    return minor if abs(minor) <= LARGEST_MINOR else None


def own_minor(minor: int | None, currency: str, own: str) -> int | None:
    """Return the amount where it is in our own currency or names none, else None: currencies are never compared."""
    return minor if currency in ("", own) else None


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return the amount in major units, exact."""
    return Decimal(minor).scaleb(-places(currency))
