"""Dates as files write them: the way of writing is decided over a sample, once, and shown; never row by row.

A day without a time counts as noon in the company's zone, so that it stays the same day in nearly every other zone.
A time without a zone is read in the company's zone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from regard.kernel.instant import to_us

_NUMERIC = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
)
_WORDED = re.compile(
    r"(?:[A-Za-zé]+,\s+)?(?:(?P<d1>\d{1,2})\.?[ -](?P<m1>[^\W\d]+)\.?|(?P<m2>[^\W\d]+)\.? (?P<d2>\d{1,2}),?)[, -]+(?P<y>\d{4})"
    r"(?:[ T,]+(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2}))?\s*(?P<ap>[AaPp]\.?[Mm]\.?)?)?"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio janeiro",
            "feb february februar février febrero febbraio fevereiro",
            "mar march märz mars marzo março",
            "apr april avril abril aprile",
            "may mai mayo maggio maio",
            "jun june juni juin junio giugno junho",
            "jul july juli juillet julio luglio julho",
            "aug august août agosto",
            "sep sept september septembre septiembre settembre setembro",
            "oct october okt oktober octobre octubre ottobre outubro",
            "nov november novembre noviembre novembro",
            "dec december dez dezember décembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
WORDS = {
    "iso": "year-month-day (ISO 8601)",
    "ymd": "year, month, day",
    "dmy": "day, month, year",
    "mdy": "month, day, year",
    "words": "with the month's name",
    "seconds": "seconds since 1970",
    "milliseconds": "milliseconds since 1970",
}
ORDERS = ("dmy", "mdy", "ymd")
_CACHE = 50_000


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How the dates of one column are written; `is_guess` where the sample fits more than one reading."""

    order: str
    is_guess: bool = False

    def words(self) -> str:
        """Say it for the person who checks."""
        return WORDS[self.order]


def guess_dates(values: Iterable[object]) -> DateFormat | None:
    """Return how these values write dates, or None where most are no dates."""
    seen = [value for value in values if value not in (None, "")]
    if not seen:
        return None
    kinds = Counter(_kind_of(value) for value in seen)
    kind, count = kinds.most_common(1)[0]
    if kind == "" or count * 10 < len(seen) * 8:
        return None
    if kind != "numeric":
        return DateFormat(kind)
    return _guess_order([m for value in seen if (m := _NUMERIC.fullmatch(str(value).strip()))])


def _kind_of(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return "iso"
    text = str(value).strip()
    if _is_iso(text):
        return "iso"
    if _NUMERIC.fullmatch(text):
        return "numeric"
    if text.isdecimal() and len(text) in (10, 13):
        return "seconds" if len(text) == 10 else "milliseconds"
    return "words" if _WORDED.fullmatch(text) else ""


def _is_iso(text: str) -> bool:
    if len(text) < 8 or (len(text) == 8 and not text.startswith(("19", "20"))):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _guess_order(matches: list[re.Match[str]]) -> DateFormat:
    if all(len(m[1]) == 4 for m in matches):
        return DateFormat("ymd")
    first = max(int(m[1]) for m in matches)
    second = max(int(m[3]) for m in matches)
    if first > 12 >= second:
        return DateFormat("dmy")
    if second > 12 >= first:
        return DateFormat("mdy")
    # Both fit. Dots and dashes are written day first nearly everywhere; a slash says nothing. Shown as a guess.
    return DateFormat("dmy", is_guess=True)


class DateReader:
    """Reads one column: text (or a typed value) to microseconds since 1970. Remembers what it read."""

    def __init__(self, form: DateFormat, zone: str) -> None:
        self._order = form.order
        self._words = form.words()
        self._zone = ZoneInfo(zone)
        self._seen: dict[object, int] = {}

    def __call__(self, value: object) -> int:
        """Return the instant. Raises ValueError with the reason in words."""
        try:
            return self._seen[value]
        except KeyError:
            pass
        instant = self._read(value)
        if len(self._seen) >= _CACHE:
            self._seen.clear()
        self._seen[value] = instant
        return instant

    def _read(self, value: object) -> int:
        try:
            moment = self._moment(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._zone)
            return to_us(moment.astimezone(UTC))
        except (ValueError, OverflowError):
            raise ValueError(f"'{value}' is not a date written {self._words}") from None

    def _moment(self, value: object) -> datetime:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, 12)  # noqa: DTZ001 (zoned by the caller)
        text = str(value).strip()
        if self._order == "iso":
            return _with_noon(datetime.fromisoformat(text), text)
        if self._order == "seconds":
            return datetime.fromtimestamp(int(text), UTC)
        if self._order == "milliseconds":
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        if self._order == "words":
            return _worded(text)
        return self._numeric(text)

    def _numeric(self, text: str) -> datetime:
        if (match := _NUMERIC.fullmatch(text)) is None:
            if _is_iso(text):  # exact, so welcome in any column
                return _with_noon(datetime.fromisoformat(text), text)
            raise ValueError
        one, _, two, three, hour, minute, second, half = match.groups()
        if self._order == "ymd":
            year, month, day = one, two, three
        elif self._order == "dmy":
            day, month, year = one, two, three
        else:
            month, day, year = one, two, three
        if len(year) not in (2, 4):
            raise ValueError
        return datetime(_full_year(year), int(month), int(day), *_clock(hour, minute, second, half))  # noqa: DTZ001 (zoned by the caller)


def _with_noon(moment: datetime, text: str) -> datetime:
    return moment.replace(hour=12) if len(text) <= 10 else moment


def _worded(text: str) -> datetime:
    match = _WORDED.fullmatch(text)
    if match is None:
        raise ValueError
    month = _MONTHS.get((match["m1"] or match["m2"]).lower(), 0)
    clock = _clock(match["h"], match["mi"], match["s"], match["ap"])
    return datetime(int(match["y"]), month, int(match["d1"] or match["d2"]), *clock)  # noqa: DTZ001 (zoned by the caller)


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= 69 else 2000)  # POSIX strptime's pivot


def _clock(hour: str | None, minute: str | None, second: str | None, half: str | None) -> tuple[int, int, int]:
    if hour is None or minute is None:
        return 12, 0, 0
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    return hours, int(minute), int(second or 0)
