"""Erase a person everywhere, with a receipt that proves it and says nothing about them (promises D5, D6)."""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from regard.audit_log.models import ErasureReceipt
from regard.audit_log.services import record_entry
from regard.collect.models import Retraction
from regard.collect.sequence import allot_sequence
from regard.consent.services import lock_people
from regard.consent.suppression import ALL, suppress
from regard.flow import absorb_journal
from regard.identify.lookup import lock_identity
from regard.identify.models import Account, AccountMember, Forgotten, Identifier, Person
from regard.identify.normalise import Key
from regard.identify.selectors import origins_of
from regard.identify.taking_back.forgetting import forget_hashes, id_hash
from regard.kernel.ids import public_id, uuid7
from regard.kernel.instant import to_us
from regard.kernel.issues import Issue, Refused
from regard.kernel.signing import keyed_hash
from regard.playbooks.channels import MAY_SUPPRESS, REACHED_BY, address_fields, held_as, id_kinds
from regard.privacy.erased_list import append_hashes, read_hashes
from regard.privacy.holdings import COPIES, HOLDINGS, model_of, rows_of
from regard.privacy.scrubbing import scrub_rejects, scrub_store
from regard.profile.models import FieldChange

ERASED = "erased"
PERSON_KEY = "person"  # kind under which a person's own number is remembered as a hash


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of an erasure: its number, time, scope and counts, signed. No name, no address, no unkeyed hash."""

    number: str
    at: datetime
    by: str
    counts: dict[str, int]
    store: str
    signature: str

    def as_json(self) -> dict[str, object]:
        """Return the receipt as plain values."""
        return {
            "receipt": self.number,
            "at": self.at.isoformat(),
            "by": self.by,
            "scope": "everything held about one person",
            "rows": self.counts,
            "store": self.store,
            "backups": "end at their written term; one that is restored before is erased again on start",
            "signature": self.signature,
        }


def erase_person(*, person: int, by: str, now: datetime, origin: str = "") -> Receipt:
    """Erase a person and everything held about them; any of their origins may be given. Raises Refused where there is none.

    1. Take in what waits in the journal, so that nothing of them arrives behind our back.
    2. In one transaction: note the keyed hashes of their ids, outside the database first; suppress their addresses; delete
       the rows of all their origins, last stage first; tell keepers of copies; write the receipt.
    3. Rewrite copies and files, and overwrite what the store keeps behind.
    """
    absorb_journal(now=now)
    with transaction.atomic():
        gone = _delete_everything(person, by, now, origin)
    for copy in COPIES:
        gone.counts[copy.name] = copy.forget(gone.origins)
    gone.counts["rejects_files"] = scrub_rejects(value for _, value in gone.keys)
    store = scrub_store((model_of(holding)._meta.db_table for holding in HOLDINGS), gone.needles)
    return _receipt(gone, by, now, store)


@dataclass(slots=True)
class _Gone:
    """What an erasure took away, while it is at it."""

    number: str
    origins: list[int]
    keys: list[Key]
    needles: set[str]
    counts: dict[str, int]


def _delete_everything(person: int, by: str, now: datetime, origin: str) -> _Gone:
    lock_identity()
    if not Person.objects.filter(id=person).exists():
        raise Refused(Issue("person", "there is no such person", code="not_found"))
    lock_people([person])
    origins = origins_of(person)
    keys = list(Identifier.objects.filter(person_id__in=origins).values_list("kind", "value"))
    addresses = _addresses(origins, keys)
    public = [p.hex for p in Person.objects.filter(id__in=origins).values_list("public_id", flat=True)]
    hashes = {id_hash(key) for key in {*keys, *addresses}} | {id_hash((PERSON_KEY, p)) for p in public}
    append_hashes(sorted(hashes), now=now)
    forget_hashes(hashes=hashes, now=now)
    for channel, (kind, field) in ((name, by) for name, by in REACHED_BY.items() if name in MAY_SUPPRESS):
        for value in sorted(value for held, value in addresses if held == (kind or field)):
            suppress(address=value, channel=channel, reason=ERASED, scope=ALL, now=now)
    counts = _delete_rows(origins)
    Retraction.objects.create(seq=allot_sequence(), reason=ERASED, at=now, rows=counts.get("touchpoints", 0))
    number = uuid7(to_us(now), os.urandom(10))
    ErasureReceipt.objects.create(public_id=number, at=now, by=by, counts=counts)
    record_entry(
        by=by,
        verb="erase person",
        object_type="receipt",
        object_id=public_id("era", number),
        after={"rows": sum(counts.values())},
        now=now,
        origin=origin,
    )
    return _Gone(public_id("era", number), origins, keys, {value for _, value in {*keys, *addresses}}, counts)


def _addresses(origins: list[int], keys: list[Key]) -> set[Key]:
    """Return every address we ever knew: ids, and fields told that were not ids."""
    told = FieldChange.objects.filter(person_id__in=origins, name__in=address_fields())
    fields = [(name, value) for name, value in told.values_list("name", "value") if isinstance(value, str)]
    as_ids = {(held_as(name), value) for name, value in fields}
    return as_ids | {key for key in keys if key[0] in id_kinds()}


def _delete_rows(origins: list[int]) -> dict[str, int]:
    """Delete the rows of every holding, last stage first, and accounts that nobody is left in; return counts by name."""
    names = {model_of(holding)._meta.label: holding.name for holding in HOLDINGS}
    counts: Counter[str] = Counter()
    lonely = _accounts_of_nobody_else(origins)
    Person.objects.filter(id__in=origins).update(survivor_id=None)
    for holding in reversed(HOLDINGS):
        _, by_model = rows_of(holding, origins).delete()
        for label, number in by_model.items():
            counts[names.get(label, label)] += number
    counts["accounts_of_theirs_alone"] = Account.objects.filter(id__in=lonely).delete()[0]
    return {name: number for name, number in sorted(counts.items()) if number}


def _accounts_of_nobody_else(origins: list[int]) -> list[int]:
    """Return the accounts whose only members are these: a household of one goes with its one."""
    theirs = set(AccountMember.objects.filter(person_id__in=origins).values_list("account_id", flat=True))
    others = AccountMember.objects.filter(account_id__in=theirs).exclude(person_id__in=origins)
    return sorted(theirs - set(others.values_list("account_id", flat=True)))


def _receipt(gone: _Gone, by: str, now: datetime, store: str) -> Receipt:
    counts = {name: number for name, number in gone.counts.items() if number}
    signed = json.dumps([gone.number, now.isoformat(), by, counts], sort_keys=True)
    signature = keyed_hash(f"erasure:{signed}", settings.SECRET_KEY.encode())
    return Receipt(gone.number, now, by, counts, store, signature)


def apply_erasures_after_restore(*, now: datetime) -> int:
    """Erase again who was erased since this database was copied; return how many people. Cheap where nobody was.

    The list outside the database names erased ids by keyed hash; a database that lacks one of them is older than the list.
    """
    listed = read_hashes()
    missing = listed - _known_hashes(listed)
    if not missing:
        return 0
    people = _people_behind(missing)
    for person in people:
        erase_person(person=person, by="restore", now=now)
    forget_hashes(hashes=missing, now=now)
    return len(people)


def _known_hashes(listed: Iterable[str]) -> set[str]:
    return set(Forgotten.objects.values_list("id_hash", flat=True)) & set(listed)


def _people_behind(hashes: set[str]) -> list[int]:
    """Return the surviving people one of whose ids, or whose own number, has one of the hashes."""
    found: set[int] = set()
    for person, kind, value in Identifier.objects.values_list("person_id", "kind", "value").iterator():
        if id_hash((kind, value)) in hashes:
            found.add(person)
    public: Iterable[tuple[int, uuid.UUID]] = Person.objects.values_list("id", "public_id").iterator()
    found |= {person for person, number in public if id_hash((PERSON_KEY, number.hex)) in hashes}
    survivors = Person.objects.filter(id__in=found).values_list("id", "survivor_id")
    return sorted({survivor or person for person, survivor in survivors})
