"""Consents: write down what a person said. The answer tells nothing that the asker did not send (promise A12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Schema, Status
from pydantic import ConfigDict, Field, model_validator

from regard.act.services import withdraw_consents
from regard.api.keys import WRITE
from regard.api.people import person_of
from regard.api.problems import Problem, pointed
from regard.collect.contracts import Incoming
from regard.collect.intake.keys import Key
from regard.consent.selectors import consent_of_key
from regard.consent.services import ToldWord, grant
from regard.identify.services import resolve
from regard.kernel.instant import to_us

router = Router(tags=["consents"], auth=WRITE)
IdempotencyKey = Annotated[
    str,
    Header(
        "",
        alias="Idempotency-Key",
        max_length=120,
        description="Sent again, the word is written once.",
    ),
]


class Identifiers(Schema):
    """Who speaks, by one id or more; somebody new is made."""

    model_config = ConfigDict(extra="forbid")
    user_id: str = Field("", max_length=255)
    email: str = Field("", max_length=255)
    phone: str = Field("", max_length=255)
    anonymous_id: str = Field("", max_length=255)


class ConsentTold(Schema):
    """A person's word about one purpose."""

    model_config = ConfigDict(extra="forbid")
    person_id: str = Field("", max_length=40, description="`per_...`; or give identifiers.")
    identifiers: Identifiers | None = None
    purpose: str = Field(min_length=1, max_length=60, description="A purpose of the playbook; `*` only to withdraw.")
    channel: str = Field("*", max_length=12, description="`*` is every channel of the purpose.")
    state: Literal["granted", "withdrawn"]
    wording: str = Field("", max_length=40, description="Version of the words that were shown.")
    occurred_at: datetime | None = Field(None, description="When they said it; default now.")
    evidence: dict[str, str] = Field(default_factory=dict, max_length=20, description="Where and how it was said.")

    @model_validator(mode="after")
    def names_somebody(self) -> ConsentTold:
        """Refuse a word of nobody, or of two."""
        ids = self.identifiers and any(self.identifiers.model_dump().values())
        if bool(self.person_id) == bool(ids):
            raise ValueError("give either person_id or identifiers")
        return self


class ConsentNoted(Schema):
    """What was written down."""

    id: str = Field(description="`con_` and the number in the log.")
    purpose: str
    channel: str
    state: str


@router.post("/consents", response={201: ConsentNoted}, summary="Write a consent")
def write_consent(
    request: HttpRequest, response: HttpResponse, told: ConsentTold, idempotency_key: IdempotencyKey
) -> Any:
    """Grant or withdraw. A withdrawal holds when this answers; a late grant never undoes a later withdrawal."""
    key: Key = request.auth  # type: ignore[attr-defined]
    now = datetime.now(UTC)
    occurred = _aware(told.occurred_at, now)
    person = person_of(told.person_id) if told.person_id else _resolve(told.identifiers, key, now)
    word = ToldWord(
        person=person,
        purpose=told.purpose,
        channel=told.channel,
        is_granted=told.state == "granted",
        source=f"api:{key.name}"[:80],
        occurred_us=to_us(occurred),
        wording=told.wording if told.state == "granted" else "",
        evidence=dict(told.evidence),
        key=f"api:{key.id}:{idempotency_key or uuid4().hex}",
        via="server",
    )
    seq = grant(told=word, now=now) if word.is_granted else withdraw_consents(told=[word], now=now)[0]
    if seq is None:
        seq = _told_before(word)
        response.headers["Idempotency-Replayed"] = "true"
    noted = {
        "id": f"con_{seq}",
        "purpose": told.purpose,
        "channel": told.channel,
        "state": told.state,
    }
    return Status(201, noted)


def _told_before(word: ToldWord) -> int:
    """Return the number of the word this key wrote before. Raises Problem 422 where it was another word."""
    before = consent_of_key(word.key or "")
    same = (word.person, word.purpose, word.channel, "granted" if word.is_granted else "withdrawn")
    if before is None or (before.person_id, before.purpose, before.channel, before.state) != same:
        detail = "this Idempotency-Key was used for another word"
        raise Problem(422, detail, errors=[pointed("header:Idempotency-Key", "key_reused", detail)])
    return before.seq


def _aware(told: datetime | None, now: datetime) -> datetime:
    if told is None:
        return now
    aware = told if told.tzinfo else told.replace(tzinfo=UTC)
    if aware > now + timedelta(minutes=5):  # clocks differ a little
        detail = "nobody can have said it in the future"
        raise Problem(422, detail, errors=[pointed("#/occurred_at", "in_the_future", detail)])
    return min(aware, now)


def _resolve(identifiers: Identifiers | None, key: Key, now: datetime) -> int:
    """Return who these ids mean, made where they are new. Raises Problem 422 where they mean nobody."""
    given = identifiers.model_dump() if identifiers else {}
    incoming = Incoming(
        source=key.source or 0,
        message_id="",
        type="identify",
        name="",
        channel="server",
        occurred_us=to_us(now),
        received_us=to_us(now),
        ids=tuple((kind, value) for kind, value in given.items() if value),
    )
    (origin,) = resolve([incoming])
    if origin <= 0:
        detail = "these identifiers mean nobody we may write about"
        raise Problem(422, detail, errors=[pointed("#/identifiers", "nobody", detail)])
    return origin
