"""What a column's values look like, worked out over the sample: evidence for or against a match of headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from regard.collect.importing.dates import DateFormat, guess_dates
from regard.collect.importing.numbers import is_number
from regard.collect.importing.reading import NOTHING, text_of

_EMAIL = re.compile(r"[^\s@{}\[\]\",;:]+@[^\s@{}\[\]\",;:]+\.[^\s@{}\[\]\",;:]+")
_PHONE = re.compile(r"\+?[\d\s()./\-]{7,20}")
_FLOATED = re.compile(r"\d+\.0")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Looks:
    """A column over the sample: shares in 0..1, and the first values for people to see."""

    filled: float
    distinct: float
    emails: float
    phones: float
    numbers: float
    integers: float
    scores: float  # numbers from -1 to 100
    dates: DateFormat | None
    longest: int
    mean_length: float
    is_json: bool
    is_floated: bool  # ids such as 17733.0
    type: str  # integer, decimal, boolean or "": what a field of a person is kept as
    examples: tuple[str, ...]


def look_at(values: Sequence[Any]) -> Looks:
    """Return what the values look like."""
    raw = [v for v in values if v is not None]
    texts = [t for v in raw if (t := text_of(v)).lower() not in NOTHING]
    count = len(texts) or 1
    numeric = [t for t in texts if is_number(t)]
    small = [
        t for t in numeric if re.fullmatch(r"-?\d{1,3}(?:[.,]\d+)?", t) and -1 <= float(t.replace(",", ".")) <= 100
    ]
    return Looks(
        filled=len(texts) / (len(values) or 1),
        distinct=len(set(texts)) / count,
        emails=_share(_EMAIL, texts),
        phones=sum(1 for t in texts if _PHONE.fullmatch(t) and sum(c.isdigit() for c in t) >= 7) / count,
        numbers=len(numeric) / count,
        integers=sum(t.lstrip("-").isdecimal() for t in texts) / count,
        scores=len(small) / count,
        dates=guess_dates(
            [v if not isinstance(v, (str, int, float)) else text_of(v) for v in raw if text_of(v) in texts]
            if raw
            else []
        ),
        longest=max(map(len, texts), default=0),
        mean_length=sum(map(len, texts)) / count,
        is_json=bool(raw) and all(isinstance(v, (dict, list)) or str(v)[:1] in ("{", "[") for v in raw if v != ""),
        is_floated=bool(texts) and all(_FLOATED.fullmatch(t) for t in texts),
        type=_type_of(texts),
        examples=tuple(dict.fromkeys(" ".join(t.split())[:60] for t in texts[:200]))[:3],
    )


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(1 for t in texts if pattern.fullmatch(t)) / (len(texts) or 1)


def _type_of(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    if all(_INTEGER.fullmatch(t) for t in texts):
        return "integer"
    if all(_DECIMAL.fullmatch(t) for t in texts):
        return "decimal"
    return "boolean" if all(t.lower() in ("true", "false") for t in texts) else ""


def fits(kind: str, looks: Looks) -> float:
    """Return how well values of this look suit a field of the kind, in 0 (cannot be) .. 1 (just so)."""
    if looks.filled == 0:  # nothing speaks against what the heading says
        return 0.6
    return _FITS[kind](looks)


def _id(looks: Looks) -> float:
    if looks.emails > _MOST or looks.longest > 255 or (looks.dates and looks.integers < _MOST):
        return 0.1
    return 1.0 if looks.mean_length <= 40 else 0.6


def _mostly(share: float) -> float:
    """Some broken cells do not make a column of numbers anything else."""
    return 0.0 if share < 0.5 else 0.7 + 0.3 * share


def _text(looks: Looks) -> float:
    return 0.3 if looks.numbers > _MOST or looks.dates else 1.0


_FITS: dict[str, Callable[[Looks], float]] = {
    "id": _id,
    "email": lambda looks: looks.emails,
    "phone": lambda looks: looks.phones,
    "date": lambda looks: 1.0 if looks.dates else 0.0,
    "number": lambda looks: _mostly(looks.numbers),
    "score": lambda looks: _mostly(looks.scores),
    "word": lambda looks: 0.2 if looks.emails > 0.5 or looks.mean_length > 60 else 1.0,
    "text": _text,
    "json": lambda looks: 1.0 if looks.is_json else 0.0,
    "currency": lambda looks: 1.0 if looks.longest == 3 else 0.0,
}
