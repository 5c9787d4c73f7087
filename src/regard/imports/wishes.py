"""From words to wishes: what the person who imports asked for, filled up with what the company's playbook says."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regard.collect.importing.plan import Wishes
from regard.collect.importing.reading import CONSENT
from regard.imports.consents import ConsentsAsked
from regard.kernel.issues import Issue, Refused
from regard.versions.selectors import active_playbook

STATES = ("granted", "withdrawn")
BY_ROW = "by row"


def wishes_of(
    *,
    kind: str = "",
    mapping: Iterable[str] = (),
    dates: str = "",
    decimal: str = "",
    delimiter: str = "",
    encoding: str = "",
    currency: str = "",
    zone: str = "",
) -> Wishes:
    """Return the wishes. Raises Refused for one that means nothing, every one told at once."""
    company = active_playbook().playbook.company
    mistakes: list[Issue] = []
    columns = {}
    for pair in mapping:
        column, sign, name = pair.rpartition("=")
        if not sign:
            mistakes.append(Issue("--map", f"'{pair}' is not COLUMN=FIELD", "such as --map 'Kunde Nr=user_id'"))
        columns[column] = name.strip()
    if decimal not in ("", ",", "."):
        mistakes.append(Issue("--decimal", f"'{decimal}' is no decimal mark", "one of , and ."))
    if encoding and not _is_encoding(encoding):
        mistakes.append(
            Issue(
                "--encoding",
                f"there is no encoding '{encoding}'",
                "such as utf-8, windows-1252, utf-16",
            )
        )
    if zone and not _is_zone(zone):
        mistakes.append(Issue("--zone", f"there is no time zone '{zone}'", "such as Europe/Paris"))
    if currency and not (len(currency) == 3 and currency.isalpha() and currency.isascii()):
        mistakes.append(Issue("--currency", f"'{currency}' is not a currency code", "such as EUR"))
    delimiter = delimiter.replace("\\t", "\t")
    if len(delimiter) > 1:
        mistakes.append(Issue("--delimiter", f"'{delimiter}' is more than one character", "such as ';' or '\\t'"))
    if mistakes:
        raise Refused(*mistakes)
    return Wishes(
        kind=kind,
        mapping=columns,
        delimiter=delimiter,
        encoding=encoding,
        dates=dates,
        decimal=decimal,
        currency=currency.upper(),
        zone=zone or company.time_zone,
        country=company.country,
        company_currency=company.currency,
    )


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def purposes_to_ask() -> list[tuple[str, str]]:
    """Return (purpose, its name) of what people can agree to."""
    purposes = active_playbook().playbook.purposes
    return [(name, purpose.name) for name, purpose in purposes.items() if purpose.basis == "consent"]


def asked_of(pairs: Iterable[str], told: str, columns: Iterable[str] = ()) -> list[ConsentsAsked]:
    """Return what `purpose=state` pairs say, and fields `consent:<purpose>` that columns were mapped to. Raises Refused for an unknown purpose or state, or without a source.

    An agreement nobody can account for is none (GDPR Art. 7(1)): a grant needs words on where and how it was given.
    """
    purposes = active_playbook().playbook.purposes
    asked, mistakes = [], []
    for pair in pairs:
        purpose, _, state = pair.partition("=")
        if purpose not in purposes:
            mistakes.append(Issue("--consent", f"there is no purpose '{purpose}'", f"one of {', '.join(purposes)}"))
        if state not in STATES:
            mistakes.append(Issue("--consent", f"'{state}' is no state", "granted or withdrawn"))
        if state == "granted" and not told.strip():
            mistakes.append(
                Issue(
                    "--consent-source",
                    f"where and how did they agree to {purpose}?",
                    "such as --consent-source 'checkout form, March 2024'",
                )
            )
        asked.append(ConsentsAsked(purpose, state, told.strip()))
    for name in columns:
        purpose = name.removeprefix(CONSENT)
        if purpose not in purposes:
            mistakes.append(Issue("--map", f"there is no purpose '{purpose}'", f"one of {', '.join(purposes)}"))
        if not told.strip():
            mistakes.append(
                Issue(
                    "--consent-source",
                    f"where and how did they agree to {purpose}?",
                    "a column alone proves nothing",
                )
            )
        asked.append(ConsentsAsked(purpose, BY_ROW, told.strip()))
    if mistakes:
        raise Refused(*mistakes)
    return asked
