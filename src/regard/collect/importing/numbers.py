"""Numbers as files write them: decimal comma or point, thousands marks, currency signs, brackets for minus.

Decided over a sample and shown. A number that does not fit the decision is refused, never bent: '1,234' is
twelve hundred in one file and one and a bit in the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

_SIGNS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "zł": "PLN",
    "kr": "",
    "Kč": "CZK",
    "₺": "TRY",
    "₩": "KRW",
    "R$": "BRL",
    "CHF": "CHF",
}
_MONEY = re.compile(
    r"(?P<open>\()?(?P<minus>[-\u2212])?\s*(?P<sign>[^\d\s.,()+\-\u2212]{1,4})?\s*(?P<minus2>[-\u2212+])?\s*"
    r"(?P<number>\d[\d.,'\u2019 \u00a0\u202f]*|[.,]\d+)\s*(?P<sign2>[^\d\s.,()+\-\u2212]{1,4})?(?P<minus3>[-\u2212])?(?P<close>\))?"
)
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_BLANKS = str.maketrans("", "", " \u00a0\u202f")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """The decimal mark and the thousands mark of a file; `is_guess` where the sample fits both."""

    decimal: str = "."
    thousands: str = ""
    is_guess: bool = False
    currency: str = ""  # told by a sign beside the numbers

    def words(self) -> str:
        """Say it for the person who checks."""
        mark = "decimal comma" if self.decimal == "," else "decimal point"
        names = {".": "point", ",": "comma", "'": "apostrophe", " ": "space"}
        return f"{mark}, thousands by {names[self.thousands]}" if self.thousands else mark


def is_number(value: object) -> bool:
    """Say whether the value could be a number in any way of writing."""
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float, Decimal)) or _MONEY.fullmatch(str(value).strip()) is not None


def guess_numbers(values: Iterable[object]) -> NumberFormat:
    """Return how these values write numbers.

    1. Where both marks occur in a value, the last is the decimal mark.
    2. A single mark followed by other than three digits is the decimal mark.
    3. A mark that occurs twice in a value, or only ever before three digits, marks thousands; the second is a guess.
    """
    decimals = {".": 0, ",": 0}
    thousands = {".": 0, ",": 0, "'": 0, " ": 0}
    unsure = {".": 0, ",": 0}
    currencies: dict[str, int] = {}
    for value in values:
        match = None if not isinstance(value, str) else _MONEY.fullmatch(value.strip())
        if match is None:
            continue
        sign = (match["sign"] or match["sign2"] or "").strip()
        if sign:
            code = _SIGNS.get(sign, sign.upper() if len(sign) == 3 and sign.isalpha() else "")
            currencies[code] = currencies.get(code, 0) + 1
        _weigh(match["number"].strip(), decimals, thousands, unsure)
    return _decide(decimals, thousands, unsure, max(currencies, key=lambda c: currencies[c], default=""))


def _weigh(number: str, decimals: dict[str, int], thousands: dict[str, int], unsure: dict[str, int]) -> None:
    for blank in "'\u2019 \u00a0\u202f":
        if blank in number:
            thousands["'" if blank in "'\u2019" else " "] += 1
    points, commas = number.count("."), number.count(",")
    if points and commas:
        last = max(".,", key=number.rfind)
        decimals[last] += 1
        thousands["," if last == "." else "."] += 1
    elif points + commas > 1:
        thousands["." if points else ","] += 1
    elif points + commas == 1:
        mark = "." if points else ","
        head, tail = number.split(mark)
        if len(tail) == 3 and 1 <= len(head) <= 3 and head != "0":
            unsure[mark] += 1
        else:
            decimals[mark] += 1


def _decide(decimals: dict[str, int], thousands: dict[str, int], unsure: dict[str, int], currency: str) -> NumberFormat:
    if decimals[","] or decimals["."]:
        decimal = "," if decimals[","] > decimals["."] else "."
        other = "." if decimal == "," else ","
        mark = other if thousands[other] or unsure[other] else ""
        return NumberFormat(decimal, mark or _blank_mark(thousands), False, currency)
    for mark, decimal in ((",", "."), (".", ",")):
        if thousands[mark]:
            return NumberFormat(decimal, mark, False, currency)
    for mark, decimal in ((",", "."), (".", ",")):
        if unsure[mark]:
            return NumberFormat(decimal, mark, True, currency)
    return NumberFormat(".", _blank_mark(thousands), False, currency)


def _blank_mark(thousands: dict[str, int]) -> str:
    return "'" if thousands["'"] else " " if thousands[" "] else ""


class NumberReader:
    """Reads numbers of one file: text to plain decimal text that `Decimal` and `parse_minor` take."""

    def __init__(self, form: NumberFormat) -> None:
        self._form = form
        self._is_plain = form.decimal == "." and not form.thousands
        mark = re.escape(form.thousands) if form.thousands else r"(?!)"
        self._shape = re.compile(rf"(?:\d+|\d{{1,3}}(?:{mark}\d{{3}})+)?(?:{re.escape(form.decimal)}\d*)?")

    def __call__(self, value: object) -> str:
        """Return the number as plain decimal text. Raises ValueError with the reason in words."""
        if isinstance(value, str):
            text = value.strip()
            if self._is_plain and _PLAIN.fullmatch(text):
                return text
            return self._read(text)
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            return str(value)
        raise ValueError(f"'{value}' is not a number")

    def _read(self, text: str) -> str:
        match = _MONEY.fullmatch(text)
        if match is None or bool(match["open"]) != bool(match["close"]) or len(_marks_of(match)) > 1:
            raise ValueError(f"'{text}' is not a number")
        number = match["number"].strip().replace("\u2019", "'")
        if self._form.thousands == " " or "\u00a0" in number:
            number = number.translate(_BLANKS)
        if not self._shape.fullmatch(number):
            raise ValueError(f"'{text}' does not fit numbers with {self._form.words()}")
        if self._form.thousands:
            number = number.replace(self._form.thousands, "")
        number = number.replace(self._form.decimal, ".")
        negative = _marks_of(match) not in ([], ["+"])
        return f"-{number}" if negative else number


def _marks_of(match: re.Match[str]) -> list[str]:
    """Return what says plus or minus about a number: a sign on either side, or brackets."""
    return [mark for name in ("open", "minus", "minus2", "minus3") if (mark := match[name])]
