"""People: who they are and what is known of them; every other column becomes a field of the person."""

from __future__ import annotations

from regard.collect.contracts import Incoming
from regard.collect.importing.kinds.base import IDS, NAMES, WHO, WHO_NEEDED, Field, Kind
from regard.collect.importing.reading import Reading, json_of

_GIVEN = (
    *NAMES,
    Field("name", "word", ("name",)),
    Field("language", "word", ("language", "locale", "lang", "sprache", "langue", "idioma")),
    Field("time_zone", "word", ("time zone", "timezone", "tz", "zeitzone")),
    Field("country", "word", ("country", "country code", "land", "pays", "pais", "paese")),
    Field("city", "word", ("city", "town", "ort", "stadt", "ville", "ciudad", "citta")),
    Field("postal_code", "text", ("postal code", "postcode", "zip", "zip code", "plz", "code postal")),
    Field(
        "birthday",
        "date",
        ("birthday", "date of birth", "birth date", "dob", "geburtsdatum", "geburtstag", "date de naissance"),
    ),
)
_NAMES = tuple(dict.fromkeys(field.name for field in _GIVEN))


def read(row: Reading) -> Incoming:
    """Return what a row tells of a person."""
    ids = row.ids()
    traits = row.rest() | row.addresses(ids) | row.chosen(_NAMES)
    json_of(traits)  # refuses what is too long
    # Told when the file says so, else now: the newest word on a field wins.
    told_us = row.instant("updated_at") or row.setting.now_us
    return Incoming(
        source=row.setting.source,
        message_id=f"person:{row.setting.file_hash[:24]}:{row.line}",
        type="import",
        name="Identified",
        channel="server",
        direction="none",
        actor="system",
        occurred_us=told_us,
        received_us=row.setting.now_us,
        ids=ids,
        traits=traits or None,
        batch=row.setting.batch,
    )


KIND = Kind(
    name="people",
    words="one person a row: ids and what is known of them",
    fields=(
        *WHO,
        IDS,
        *_GIVEN,
        Field("updated_at", "date", ("updated at", "last updated", "modified at", "changed at"), 0.2),
    ),
    needs=(WHO_NEEDED,),
    read=read,
    ours=frozenset({"person", "created_at"}),
)
