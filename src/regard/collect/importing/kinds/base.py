"""What a kind of import is: its fields with the headings they go by, what it needs, and how a row becomes a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from regard.collect.contracts import Incoming
from regard.collect.importing.reading import Reading

Line = tuple[int, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can tell. `looks` is what its values look like (see looks.py); weight tells kinds apart."""

    name: str
    looks: str
    headings: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of import. `needs` lists groups of fields; of each group one must have a column.

    `read` turns one row into a message, or, where `group_by` names a field, all rows of one group into one message.
    Both raise ValueError with a sentence.
    """

    name: str
    words: str
    fields: tuple[Field, ...]
    needs: tuple[tuple[str, ...], ...]
    read: Callable[[Reading], Incoming]
    ours: frozenset[str] = frozenset()  # columns of our own exports that tell nothing new
    group_by: str = ""
    read_group: Callable[[Reading, Sequence[Line]], Incoming] | None = None


WHO = (
    Field(
        "user_id", "id",
        ("user id", "userid", "customer id", "customerid", "customer", "cust id", "customer no", "customer number", "client id",
         "member id", "account no", "household id", "household key", "shopper id", "buyer id", "contact id", "person id",
         "kundennummer", "kunden nr", "kundennr", "kunde", "client", "numero client", "cliente", "id cliente", "codice cliente", "klantnummer"),
    ),
    Field(
        "email", "email",
        ("email", "e mail", "mail", "email address", "e mail address", "mailadresse", "customer email", "courriel", "correo", "correo electronico"),
    ),
    Field("phone", "phone", ("phone", "phone number", "mobile", "telephone", "tel", "cell", "telefon", "handy", "telefono", "telephone number", "portable")),
    Field("anonymous_id", "id", ("anonymous id", "anonymousid", "device id", "visitor id", "cookie id", "session user", "distinct id")),
)  # fmt: skip
IDS = Field("ids", "json", ("ids", "more ids"), 0.2)
WHO_NEEDED = ("user_id", "email", "phone", "anonymous_id", "ids")
NAMES = (
    Field("first_name", "word", ("first name", "firstname", "given name", "forename", "vorname", "prenom", "nombre", "nome", "voornaam"), 0.5),
    Field("last_name", "word", ("last name", "lastname", "surname", "family name", "nachname", "nom", "apellido", "apellidos", "cognome", "achternaam"), 0.5),
    Field("name", "word", ("full name", "customer name", "client name", "display name", "contact name"), 0.5),
)  # fmt: skip
WHEN = (
    "date",
    "datetime",
    "timestamp",
    "time",
    "created",
    "created at",
    "date created",
    "datum",
    "fecha",
    "data",
    "occurred at",
    "date time",
)
CURRENCY = Field(
    "currency",
    "currency",
    ("currency", "currency code", "wahrung", "waehrung", "devise", "moneda", "valuta"),
)
