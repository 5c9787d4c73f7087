"""One row's cells by field: text, instants, money and ids, as the file's formats say; a bad cell is a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec
import phonenumbers

from regard.collect.importing.dates import DateFormat, DateReader
from regard.collect.importing.numbers import NumberFormat, NumberReader
from regard.kernel.instant import DAY_US
from regard.kernel.money import parse_minor

NOTHING = frozenset({"", "null", "none", "nan", "n/a", "na", "nil", "undefined", "-", "--", "\\n", "(null)", "#n/a"})
CONSENT = "consent:"  # a field `consent:<purpose>` takes yes and no
_AGREED = frozenset(
    [
        "yes",
        "y",
        "true",
        "1",
        "granted",
        "opt-in",
        "optin",
        "opted-in",
        "subscribed",
        "agreed",
        "ja",
        "oui",
        "si",
        "sí",
        "sim",
    ]
)
_REFUSED = frozenset(
    [
        "no",
        "n",
        "false",
        "0",
        "withdrawn",
        "opt-out",
        "optout",
        "opted-out",
        "unsubscribed",
        "refused",
        "nein",
        "non",
        "não",
    ]
)
LONGEST_ID = 255
LONGEST_MESSAGE = 256 * 1024  # an order with hundreds of lines is real; a message by API stays at 32 KB (promise A5)
_EMAIL = re.compile(r"[^\s@<>(),;:\"\\]+@[^\s@<>(),;:\"\\]+\.[^\s@<>(),;:\"\\.]{2,}")
_FLOATED = re.compile(r"\d+\.0")
_encode = msgspec.json.Encoder(enc_hook=str).encode


@dataclass(frozen=True, slots=True)
class Formats:
    """How a file writes things, and what holds where it says nothing."""

    dates: dict[str, DateFormat] = field(default_factory=dict)  # by column
    numbers: NumberFormat = field(default_factory=NumberFormat)
    currency: str = "USD"
    zone: str = "UTC"
    country: str = "US"  # how phone numbers without a country code are read
    typed: dict[str, str] = field(default_factory=dict)  # column -> integer, decimal, boolean
    floated_ids: frozenset[str] = frozenset()  # columns where every id ends in .0


@dataclass(frozen=True, slots=True)
class Setting:
    """What every row of one import shares."""

    source: int
    batch: int | None
    now_us: int
    file_hash: str = ""


class Reading:
    """The cells of the row at hand; `line` and `cells` are set row by row, the rest is fixed for the file."""

    def __init__(
        self,
        columns: Sequence[str],
        mapping: dict[str, str],
        formats: Formats,
        setting: Setting,
        left_out: frozenset[str] = frozenset(),
    ) -> None:
        """`mapping` is column -> field; a column without one is kept under its own name, unless it is left out."""
        self.setting = setting
        self.line = 0
        self.cells: Sequence[Any] = ()
        self._formats = formats
        self._at = {name: columns.index(column) for column, name in mapping.items()}
        self._rest = [
            (i, field_name_of(c), formats.typed.get(c, ""))
            for i, c in enumerate(columns)
            if c and c not in mapping and c not in left_out
        ]
        self._number = NumberReader(formats.numbers)
        self._dates = {
            mapping[column]: DateReader(form, formats.zone)
            for column, form in formats.dates.items()
            if column in mapping
        }
        self._floated = {mapping[c] for c in formats.floated_ids if c in mapping}
        self._id_fields = [
            (f, i)
            for f, i in self._at.items()
            if f in ("user_id", "email", "phone", "anonymous_id") or f.startswith("foreign:")
        ]
        self._names = tuple(f for f in ("first_name", "last_name", "name") if f in self._at)
        self._phones: dict[str, str] = {}
        self._present: dict[tuple[str, ...], list[str]] = {}
        self._consents = [(f, f.removeprefix(CONSENT)) for f in self._at if f.startswith(CONSENT)]

    def has(self, name: str) -> bool:
        """Say whether a column was matched to the field."""
        return name in self._at

    def value(self, name: str) -> Any:
        """Return the cell as it stands, or None."""
        at = self._at.get(name)
        return None if at is None else self.cells[at]

    def text(self, name: str) -> str:
        """Return the cell as trimmed text; "" where it is empty or says 'null' and the like."""
        at = self._at.get(name)
        if at is None or (cell := self.cells[at]) is None:
            return ""
        text = cell.strip() if type(cell) is str else text_of(cell)
        return "" if len(text) <= 9 and text.lower() in NOTHING else text

    def id(self, name: str) -> str:
        """Return the cell as an id. Raises ValueError where it is too long."""
        text = self.text(name)
        if name in self._floated and _FLOATED.fullmatch(text):
            text = text[:-2]
        if len(text) > LONGEST_ID:
            raise ValueError(f"the {words_of(name)} is longer than {LONGEST_ID} characters")
        return text

    def instant(self, name: str) -> int | None:
        """Return the cell as microseconds since 1970, or None. Raises ValueError with the reason."""
        if not self.text(name):
            return None
        reader = self._dates.get(name)
        if reader is None:
            reader = self._dates[name] = DateReader(DateFormat("iso"), self._formats.zone)
        instant = reader(self.value(name))
        if instant > self.setting.now_us + 2 * DAY_US:
            raise ValueError(f"'{self.text(name)}' lies in the future")
        if instant < -100 * 366 * DAY_US:
            raise ValueError(f"'{self.text(name)}' is more than 100 years before 1970")
        return instant

    def number(self, name: str) -> Decimal | None:
        """Return the cell as a number, or None where it is empty. Raises ValueError with the reason."""
        return Decimal(self._number(self.value(name))) if self.text(name) else None

    def minor(self, name: str, currency: str) -> int | None:
        """Return the cell as minor units of the currency, or None. Raises ValueError with the reason."""
        if not self.text(name):
            return None
        amount = parse_minor(self._number(self.value(name)), currency)
        if amount is None:
            raise ValueError(f"'{self.text(name)}' is beyond any amount")
        return amount

    def currency(self) -> str:
        """Return the row's currency, else the file's. Raises ValueError where it is not a code of three letters."""
        code = self.text("currency").upper()
        if not code:
            return self._formats.currency
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise ValueError(f"'{code}' is not a currency code such as EUR")
        return code

    def ids(self) -> tuple[tuple[str, str], ...]:
        """Return who the row speaks of. Raises ValueError where it names nobody or an address is none."""
        found = []
        for name, _ in self._id_fields:
            if text := self.id(name):
                if name == "email":
                    text = email_of(text)
                elif name == "phone":
                    text = self._phone(text)
                found.append((name, text))
        found += [pair for pair in self._more_ids() if pair not in found]
        if not found:
            raise ValueError("names nobody: " + ", ".join(words_of(n) for n, _ in self._id_fields) + " empty")
        return tuple(found)

    def _more_ids(self) -> list[tuple[str, str]]:
        """Return the ids of a column `ids`: a list of {"type", "id"}, as our own exports write it."""
        cell = self.value("ids")
        if cell is None or cell == "":
            return []
        try:
            listed = msgspec.json.decode(cell) if isinstance(cell, str) else cell
            pairs = [(one["type"], one["id"]) for one in listed]
        except (msgspec.DecodeError, RecursionError, TypeError, KeyError):
            pairs = [("", "")]
        if not all(isinstance(k, str) and isinstance(v, str) and k and v for k, v in pairs):
            raise ValueError('the ids are not a JSON list such as [{"type": "email", "id": "a@example.com"}]')
        return [(kind, email_of(value) if kind == "email" else value) for kind, value in pairs]

    def consents(self) -> tuple[tuple[str, bool], ...]:
        """Return what the row's consent columns say: (purpose, agreed). Raises ValueError for words that say neither."""
        told = []
        for name, purpose in self._consents:
            if text := self.text(name).lower():
                if text not in _AGREED and text not in _REFUSED:
                    raise ValueError(f"'{text}' is neither a yes nor a no to {purpose}")
                told.append((purpose, text in _AGREED))
        return tuple(told)

    def _phone(self, text: str) -> str:
        known = self._phones.get(text)
        if known is None:
            known = phone_of(text, self._formats.country)
            if len(self._phones) < 50_000:
                self._phones[text] = known
        return known

    def rest(self) -> dict[str, Any]:
        """Return the cells of every column without a field, under the column's own name, empty ones left out."""
        cells = self.cells
        found: dict[str, Any] = {}
        for at, name, kind in self._rest:
            cell = cells[at]
            if cell is None or cell == "":
                continue
            found[name] = _typed(cell, kind) if kind and type(cell) is str else cell
        return found

    def chosen(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the named fields that have a value, as text."""
        present = self._present.get(names)
        if present is None:
            present = self._present[names] = [name for name in names if name in self._at]
        return {name: text for name in present if (text := self.text(name))}

    def who(self, ids: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """Return what the row tells of its person beside ids: names, and the addresses one can write to."""
        told = self.addresses(ids)
        return told | self.chosen(self._names) if self._names else told

    def addresses(self, ids: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """Return those of the ids at which one can write to or call the person."""
        return {kind: value for kind, value in ids if kind in ("email", "phone")}

    def digest(self) -> str:
        """Return the hash of the row's content, the same in every file and on every machine."""
        content = "\x1f".join([c if type(c) is str else text_of(c) for c in self.cells])
        return blake2b(content.encode(), digest_size=12).hexdigest()

    def message_id(self, word: str, name: str) -> str:
        """Return what makes the row once: the shop's own id, else the row's content and its line."""
        own = self.id(name)
        return f"{word}:{own}"[:LONGEST_ID] if own else f"{word}:{self.digest()}:{self.line}"


def json_of(things: dict[str, Any]) -> str:
    """Return JSON text. Raises ValueError where it is longer than a message may be."""
    raw = _encode(things)
    if len(raw) > LONGEST_MESSAGE:
        raise ValueError(f"the row is longer than {LONGEST_MESSAGE // 1024} KB")
    return raw.decode()


def text_of(cell: Any) -> str:
    """Return a typed cell (NDJSON, Parquet) as the text a CSV file would hold."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else ("" if cell != cell else repr(cell))
    if isinstance(cell, (dict, list)):
        return _encode(cell).decode()
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return str(cell).strip()


def email_of(text: str) -> str:
    """Return the address in lower case. Raises ValueError where it is none."""
    address = text.lower()
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"'{text[:80]}' is not an e-mail address")
    return address


def phone_of(text: str, country: str) -> str:
    """Return the number in E.164. Raises ValueError where it is none."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"'{text[:40]}' is not a phone number (country {country})")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def field_name_of(column: str) -> str:
    """Return the column's heading as the name of a field: snake case, at most 80 characters."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^\w:.]+", "_", spaced).strip("_").lower()[:80] or "column"


def words_of(name: str) -> str:
    """Return a field's name as people read it."""
    return {"user_id": "customer id", "email": "e-mail", "anonymous_id": "anonymous id"}.get(
        name, name.replace("_", " ")
    )


def _typed(cell: str, kind: str) -> Any:
    try:
        if kind == "integer":
            return int(cell)
        if kind == "decimal":
            return float(cell)
    except ValueError:
        return cell
    return {"true": True, "false": False}.get(cell.lower(), cell) if kind == "boolean" else cell
