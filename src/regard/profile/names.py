"""One name and one form for the fields everybody sends under their own: pure.

`firstName`, `first_name` and `fname` are `first_name`; an `address` is taken apart; a language, a time zone, a country, an
e-mail address and a phone number are brought into one form. What is not in the table is kept under the name it came with.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale

from regard.collect.contracts import Incoming
from regard.identify.normalise import clean_email, clean_phone, clean_text, is_junk
from regard.playbooks.channels import TO_PEOPLE

LONGEST_NAME = 80
LONGEST_TEXT = 2_000
OURS = "regard:"  # fields only the product writes; nobody can tell them from outside
_SHORT = 60  # characters of a text whose reading is remembered
MOST_PARTS = 50  # entries of a list or mapping that is kept as it is

# canonical name: the other spellings, compared without case, blanks, dashes and underscores
STANDARD: dict[str, tuple[str, ...]] = {
    "email": ("emailaddress", "mail", "e-mail"),
    "phone": ("phonenumber", "mobile", "mobilephone", "telephone", "tel"),
    "name": ("fullname", "displayname"),
    "first_name": ("fname", "givenname", "forename"),
    "last_name": ("lname", "surname", "familyname"),
    "title": ("salutation", "honorific"),
    "gender": ("sex",),
    "birthday": ("birthdate", "dateofbirth", "dob"),
    "age": (),
    "language": ("lang", "locale", "preferredlanguage"),
    "time_zone": ("timezone", "tz"),
    "preferred_channel": ("channelpreference", "contactchannel"),
    "street": ("streetaddress", "address1", "addressline1"),
    "city": ("town",),
    "region": ("state", "province", "county"),
    "postal_code": ("postalcode", "zip", "zipcode", "postcode"),
    "country": ("countrycode",),
    "company": ("companyname", "organisation", "organization"),
    "job_title": ("jobtitle", "position", "role"),
    "website": ("url", "homepage"),
    "customer_since": ("createdat", "signedupat", "registeredat", "membersince"),
}
_SQUEEZE = re.compile(r"[\s_\-]+")
_BY_SPELLING = {_SQUEEZE.sub("", spelling): name for name, others in STANDARD.items() for spelling in (name, *others)}
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?(?:[.@].*)?")
_CHANNELS = {channel.name for channel in TO_PEOPLE} | {"shop"}

Value = str | int | float | bool | list[object] | dict[str, object] | None


@lru_cache(maxsize=10_000)
def standard_name(name: str) -> str:
    """Return the one name of a field; a name nobody knows is kept, cleaned and cut to 80 characters."""
    return _BY_SPELLING.get(_SQUEEZE.sub("", name).lower(), clean_text(name)[:LONGEST_NAME])


def fields_told(incoming: Incoming, country: str = "") -> Iterator[tuple[str, Value]]:
    """Yield (name, value) of each field a message tells; `country` is the company's, it reads national phone numbers."""
    traits = incoming.traits or {}
    if incoming.type == "identify":
        traits = _from_context(incoming.context) | traits
    yield from standard_fields(traits, country)


def _from_context(context: str) -> dict[str, object]:
    """Browsers tell the language and the time zone beside an identify call."""
    if '"timezone"' not in context and '"locale"' not in context:
        return {}
    found = json.loads(context)
    return {name: found[name] for name in ("timezone", "locale") if isinstance(found.get(name), str)}


def standard_fields(traits: dict[str, object], country: str = "") -> Iterator[tuple[str, Value]]:
    """Yield (name, value) of each field told; None takes a field away. What cannot be kept is left out."""
    for name, value in traits.items():
        if type(value) is str and len(value) <= _SHORT:
            yield from _of_short_text(name, value, country)
            continue
        standard = standard_name(name)
        if not standard or standard.startswith(OURS):
            continue
        if isinstance(value, dict) and _SQUEEZE.sub("", name).lower() in ("address", "company"):
            yield from _taken_apart(standard, value, country)
            continue
        yield from _one(name, standard, value, country)


@lru_cache(maxsize=20_000)
def _of_short_text(name: str, text: str, country: str) -> tuple[tuple[str, Value], ...]:
    """Cities, countries, languages and first names come again and again."""
    standard = standard_name(name)
    if not standard or standard.startswith(OURS):
        return ()
    return tuple(_one(name, standard, text, country))


def _taken_apart(whole: str, parts: dict[str, object], country: str) -> Iterator[tuple[str, Value]]:
    """An address is its street, city, ...; a company told as a mapping is its name and the rest."""
    for part, value in parts.items():
        if whole == "company":
            name = "company" if part == "name" else f"company_{clean_text(str(part))}"[:LONGEST_NAME]
            yield from _one(name, name, value, country)
        else:
            yield from _one(f"address_{part}", standard_name(str(part)), value, country)


def _one(told: str, standard: str, value: object, country: str) -> Iterator[tuple[str, Value]]:
    kept = _keepable(value)
    if kept is None and value is not None:
        return
    read = _READERS.get(standard)
    if read is None or kept is None:
        yield standard, kept
        return
    formed = read(kept, country) if isinstance(kept, str) else None
    if formed is not None:
        yield standard, formed
    elif clean_text(told)[:LONGEST_NAME] != standard and kept != "":
        # unreadable: kept as told, under the name it was told
        yield clean_text(told)[:LONGEST_NAME], kept
    elif kept != "":
        yield f"{standard}_as_told", kept


def _keepable(value: object) -> Value:
    """Return the value as both databases can keep it, or None where it is empty or no JSON value of ours."""
    if isinstance(value, str):
        return clean_text(value)[:LONGEST_TEXT]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool | int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, list):
        return [_keepable(v) for v in value[:MOST_PARTS] if not isinstance(v, list | dict)]
    if isinstance(value, dict):
        flat = {clean_text(str(k))[:LONGEST_NAME]: v for k, v in list(value.items())[:MOST_PARTS]}
        return {k: _keepable(v) for k, v in flat.items() if not isinstance(v, list | dict)}
    return None


def _email(text: str, _: str) -> str | None:
    return clean_email(text)


def _phone(text: str, country: str) -> str | None:
    return clean_phone(text, country)


def _person_name(text: str, _: str) -> str | None:
    return None if is_junk(text) else text[:255]


def _language(text: str, _: str) -> str | None:
    """BCP 47 (RFC 5646): language in lower case, script in title case, region in upper case."""
    found = _LANGUAGE.fullmatch(text)
    if found is None:
        return None
    language, script, region = found.groups()
    return "-".join(p for p in (language.lower(), script and script.title(), region and region.upper()) if p)


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {zone.lower(): zone for zone in available_timezones()}


def _zone(text: str, _: str) -> str | None:
    return _zones().get(text.replace(" ", "_").lower())


@lru_cache(maxsize=1)
def _countries() -> tuple[dict[str, str], frozenset[str]]:
    """Return the code of every English name, and every code."""
    territories = Locale("en").territories
    known = {str(words).lower(): code for code, words in territories.items() if len(code) == 2} | {
        "uk": "GB",
        "usa": "US",
        "united states of america": "US",
        "england": "GB",
    }
    return known, frozenset(known.values())


def _country(text: str, _: str) -> str | None:
    """ISO 3166-1, two letters; English names are read too."""
    known, codes = _countries()
    code = known.get(text.lower())
    if code is not None:
        return code
    return text.upper() if text.upper() in codes else None


def _channel(text: str, _: str) -> str | None:
    return text.lower() if text.lower() in _CHANNELS else None


_READERS = {
    "email": _email,
    "phone": _phone,
    "name": _person_name,
    "first_name": _person_name,
    "last_name": _person_name,
    "language": _language,
    "time_zone": _zone,
    "country": _country,
    "preferred_channel": _channel,
}
