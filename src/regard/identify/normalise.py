"""Make ids comparable, and tell the ones that mean nobody: pure text in, (kind, value) or None out.

Kinds, from strongest to weakest: user_id, foreign:<system>, email, phone, anonymous_id. Everything but an anonymous id
makes a person known.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b

import phonenumbers

Key = tuple[str, str]  # (kind, value), normalised

USER_ID, EMAIL, PHONE, ANONYMOUS_ID = "user_id", "email", "phone", "anonymous_id"
FOREIGN = "foreign:"
LONGEST_VALUE = 255
_RANK = {USER_ID: 0, EMAIL: 2, PHONE: 3, ANONYMOUS_ID: 4}

# What broken clients and half-filled forms send instead of an id. Joining on one of these would make one person
# of a whole customer base (promise B4).
_WORDS_FOR_NOBODY = """
null undefined none nil nan void empty blank missing unknown unset default n/a na n.a. not_set notset not-available
no-id noid true false yes no anonymous anon guest visitor user customer object {} [] () id uid userid user_id distinct_id
distinctid anonymous_id anonymousid email e-mail phone test@test.com email@example.com noemail no-email noreply no-reply
invalid invalid-email
"""
_JUNK = {
    *_WORDS_FOR_NOBODY.split(),
    "(not set)",
    "not set",
    "[object object]",
    "no id",
    "no email",
    "not available",
}
_ONLY_FILLER = re.compile(r"[\s0\-_.:*#?xX/\\{}\[\]()'\"]*")
_FILLERS = frozenset("0-_.:*#?xX/\\{}[]()'\"")
_MINUS_ONE = re.compile(r"-1(?:\.0+)?|0+(?:\.0+)?")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\\[\]]{1,64}@(?:[^@\s<>(),;:\"\\\[\]._]|[.](?![.])|_){1,189}")


def rank(kind: str) -> int:
    """Return how strongly a kind of id speaks for a person: 0 is strongest, 4 an anonymous id."""
    return _RANK.get(kind, 1)


def is_junk(value: str) -> bool:
    """Say whether a text is what programs write for 'nobody': null, 0, -1, n/a, guest, zeros only, ..."""
    text = value.strip().strip("\"'").lower()
    if text in _JUNK:
        return True
    if text and text[0] not in _FILLERS and not text[0].isspace():  # nearly all
        return False
    return _ONLY_FILLER.fullmatch(text) is not None or _MINUS_ONE.fullmatch(text) is not None


def clean_key(kind: str, value: object, country: str = "") -> Key | None:
    """Return (kind, value) in the one form it is stored in, or None where it means nobody.

    `country` (ISO 3166, two letters) is the company's: it reads phone numbers written without their country.
    """
    if type(value) is str:
        return _clean(kind, value, country)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return _clean(kind, str(value), country)


@lru_cache(maxsize=50_000)
def _clean(kind: str, value: str, country: str) -> Key | None:
    kind, text = kind.strip().lower(), clean_text(value)
    if not text or is_junk(text):
        return None
    if kind == EMAIL:
        email = clean_email(text)
        return (EMAIL, email) if email else None
    if kind == PHONE:
        phone = clean_phone(text, country)
        return (PHONE, phone) if phone else None
    if kind not in _RANK and not kind.startswith(FOREIGN):
        kind = FOREIGN + kind
    return kind[:60], _shorten(text)


def clean_text(value: str) -> str:
    """Return text that both databases can store: composed, without NUL, lone surrogates or outer blanks."""
    if value.isascii():  # nearly all: nothing to compose
        return (value.replace("\0", "") if "\0" in value else value).strip()
    text = value.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    return unicodedata.normalize("NFC", text).strip()


@lru_cache(maxsize=20_000)
def clean_email(text: str) -> str | None:
    """Return an e-mail address in lower case, or None for anything that is none (also `null@...`)."""
    email = clean_text(text).lower()
    if not _EMAIL.fullmatch(email) or is_junk(email):
        return None
    name, _, domain = email.partition("@")
    if is_junk(name) or "." not in domain or domain.startswith(".") or domain.endswith((".", "-")):
        return None
    return email


def clean_phone(text: str, country: str = "") -> str | None:
    """Return a phone number in E.164, or None; a national number needs the country."""
    if _E164.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _shorten(text: str) -> str:
    """Keep ids longer than the column apart from each other: their head and a digest of the whole."""
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:200]}#{blake2b(text.encode(), digest_size=20).hexdigest()}"
