"""Writes of consent: append-only words of a person, each also a touchpoint; restriction and objection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction

from regard.collect.deeds import Deed, record_deeds
from regard.collect.sequence import allot_sequence
from regard.consent.folding import EVERY
from regard.consent.models import Consent, Restriction
from regard.consent.selectors import words_among
from regard.consent.suppression import lift_suppression, suppress
from regard.consent.vocabulary import CONSENT_GRANTED, CONSENT_WITHDRAWN
from regard.identify.selectors import survivors_of
from regard.identify.services import lock_people_rows
from regard.kernel.instant import from_us, to_us
from regard.kernel.issues import Issue, Refused
from regard.playbooks.purposes import Purpose
from regard.versions.selectors import active_playbook

__all__ = [
    "ToldWord",
    "grant",
    "lift_restriction",
    "lift_suppression",
    "lock_people",
    "record_consents",
    "restrict",
    "suppress",
    "withdraw",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWord:
    """A person's word, as it came to us. `key` makes it once only: a word told again under its key is no new word."""

    person: int
    purpose: str  # '*' only to withdraw
    channel: str = EVERY
    is_granted: bool
    source: str  # where it was said: "preference page", "one-click", "import:<batch>", "api:<source>"
    occurred_us: int
    wording: str = ""
    wording_text: str = ""
    evidence: dict[str, object] = field(default_factory=dict)
    key: str | None = None
    batch: int | None = None
    is_invented: bool = False
    actor: str = "customer"
    via: str = "web"  # channel of the touchpoint


def lock_people(people: Iterable[int]) -> None:
    """Lock the rows of the people who speak for these origins, until the transaction ends.

    Claims of messages and withdrawals both call this first, so each is wholly before or after the other (promise C3).
    Locks are taken in sorted order, before any sequence number is allotted. SQLite has its one writer lock instead.
    """
    wanted = set(people)
    locked: set[int] = set()
    while (roots := set(survivors_of(wanted).values())) - locked:
        lock_people_rows(sorted(roots))
        locked |= roots


@transaction.atomic
def record_consents(*, told: Sequence[ToldWord], now: datetime, source: int | None = None) -> list[int | None]:
    """Write words down, in order; return the number of each, or None where its key was told before.

    Each is also a touchpoint (`Consent Granted`, `Consent Withdrawn`) under the same number. `source` is the log's
    source (default: the product itself). Nothing is checked against the playbook here: see `grant`.
    """
    lock_people(word.person for word in told)
    recorded = record_deeds(deeds=[_deed(word) for word in told], now=now, source=source)
    fresh = [(word, seq) for word, seq in zip(told, recorded, strict=True) if seq is not None]
    Consent.objects.bulk_create((_row(word, seq, now) for word, seq in fresh), batch_size=2_000)
    return recorded


def _deed(word: ToldWord) -> Deed:
    key = word.key or f"{word.person}:{word.purpose}:{word.channel}:{int(word.is_granted)}:{word.occurred_us}"
    return Deed(
        person=word.person,
        kind=CONSENT_GRANTED if word.is_granted else CONSENT_WITHDRAWN,
        key=f"consent:{key}"[:255],
        channel=word.via,
        actor=word.actor,
        properties={"purpose": word.purpose, "on": word.channel, "source": word.source, "wording": word.wording},
        occurred_us=word.occurred_us,
        batch=word.batch,
    )


def _row(word: ToldWord, seq: int, now: datetime) -> Consent:
    return Consent(
        seq=seq,
        person_id=word.person,
        purpose=word.purpose,
        channel=word.channel,
        state=Consent.State.GRANTED if word.is_granted else Consent.State.WITHDRAWN,
        source=word.source[:80],
        wording=word.wording,
        wording_text=word.wording_text,
        evidence=word.evidence,
        batch_id=word.batch,
        occurred_at=from_us(word.occurred_us),
        recorded_at=now,
        is_invented=word.is_invented,
    )


def grant(*, told: ToldWord, now: datetime) -> int | None:
    """Write down that a person agreed; return its number, or None where its key was told before.

    Without a `wording` the one shown now is named. Raises Refused where the purpose, its channel or the wording is not
    in the active playbook.
    """
    if not told.is_granted:
        raise ValueError("a withdrawal is no grant")
    declared = _declared(told.purpose, told.channel)
    version, text = _wording(declared, told.purpose, told.wording, told.wording_text)
    return record_consents(told=[replace(told, wording=version, wording_text=text)], now=now)[0]


@transaction.atomic
def withdraw(*, told: Sequence[ToldWord], now: datetime, source: int | None = None) -> list[int | None]:
    """Write down that people withdrew a purpose ('*': all of them); return the number of each, None where told before.

    Only `act.services.withdraw_consents` calls this: it cancels what waits as well. Never refused for what the playbook
    says: a purpose of yesterday can be left today. Said now, a word counts from now at least, and from the newest word
    at least: a clock that was set back since a grant cannot make that grant the newer one.
    """
    if any(word.is_granted for word in told):
        raise ValueError("a grant is no withdrawal")
    lock_people(word.person for word in told)
    now_us, newest = to_us(now), _newest_instants({word.person for word in told})
    recorded: dict[int, list[int]] = {}  # when it is written down, for nearly all of them now -> which words
    for place, word in enumerate(told):
        at_us = max(now_us, newest.get(word.person, 0)) if word.occurred_us >= now_us else now_us
        recorded.setdefault(at_us, []).append(place)
    seqs: dict[int, int | None] = {}
    for at_us, places in recorded.items():
        said = [_said_by(told[place], now_us, at_us) for place in places]
        seqs |= zip(places, record_consents(told=said, now=from_us(at_us), source=source), strict=True)
    return [seqs[place] for place in range(len(told))]


def _said_by(word: ToldWord, now_us: int, at_us: int) -> ToldWord:
    return replace(word, occurred_us=max(word.occurred_us, at_us)) if word.occurred_us >= now_us else word


def _newest_instants(people: Collection[int]) -> dict[int, int]:
    """Return the instant from which the newest word of each person counts. Call with the people locked."""
    return {person: max((word.at_us for word in words), default=0) for person, words in words_among(people).items()}


def _declared(purpose: str, channel: str) -> Purpose:
    purposes = active_playbook().playbook.purposes
    declared = purposes.get(purpose)
    if declared is None:
        hint = f"one of: {', '.join(purposes)}"
        raise Refused(
            Issue(
                "purpose",
                f"'{purpose}' is no purpose of the playbook",
                hint,
                code="unknown_purpose",
            )
        )
    if channel != EVERY and channel not in declared.channels:
        hint = f"one of: {', '.join(declared.channels)}, or *"
        raise Refused(Issue("channel", f"'{purpose}' is not done by {channel}", hint, code="unknown_channel"))
    return declared


def _wording(declared: Purpose, purpose: str, version: str, text: str) -> tuple[str, str]:
    """Return the version and the text a grant rests on; a version must be one that was ever shown."""
    if not version:
        shown = declared.wording
        return (shown.version, text or shown.text("en")) if shown else ("", text)
    for wording in declared.wordings:
        if wording.version == version:
            return version, text or wording.text("en")
    if text:
        return version, text  # words shown elsewhere, told in full
    raise Refused(Issue("wording", f"'{version}' is no wording of {purpose}", code="unknown_wording"))


@transaction.atomic
def restrict(*, person: int, kind: str, by: str, now: datetime) -> int:
    """Restrict processing (kind "restricted", Art. 18) or note an objection (kind "objected", Art. 21)."""
    return _limit(person, kind, by, now, lifted=False)


@transaction.atomic
def lift_restriction(*, person: int, kind: str, by: str, now: datetime) -> int:
    """Lift a restriction or an objection again."""
    return _limit(person, kind, by, now, lifted=True)


def _limit(person: int, kind: str, by: str, now: datetime, *, lifted: bool) -> int:
    lock_people([person])
    seq = allot_sequence()
    Restriction.objects.create(seq=seq, person_id=person, kind=Restriction.Kind(kind), lifted=lifted, by=by, at=now)
    return seq
