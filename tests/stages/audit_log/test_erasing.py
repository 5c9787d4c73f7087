"""Nothing is left of an erased person, wherever one looks; everybody else stays whole; the receipt proves it."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError

from regard.act.models import HumanTask
from regard.audit_log.models import Entry, ErasureReceipt
from regard.audit_log.services import record_entry
from regard.collect.models import Batch, Retraction, Touchpoint
from regard.flow import receive
from regard.identify.models import Account, Forgotten, Identifier, JoinProposal, Person
from regard.identify.services import merge_people
from regard.kernel.instant import from_us
from regard.kernel.issues import Refused
from regard.privacy.erased_list import list_file
from regard.privacy.erasing import apply_erasures_after_restore, erase_person
from regard.profile.models import Card
from regard.profile.services import add_note, follow_people, make_promise
from regard.versions.services import apply_shipped_playbook
from tests.cast.consents import agrees
from tests.cast.log import NOON_US, a_source, message
from tests.permission import may_contact
from tests.stages.needles import hits, hits_in

pytestmark = pytest.mark.django_db(transaction=True)
NOW = from_us(NOON_US)
NEEDLES = (
    "zora.quillfeather@example.org",
    "Quillfeather",
    "zora-user-7731",
    "+442079460733",
    "likes blue envelopes",
)


@pytest.fixture(autouse=True)
def clean_list():
    list_file().unlink(missing_ok=True)
    yield
    list_file().unlink(missing_ok=True)


def live_a_little(user: str, name: str, email: str, phone: str, note: str) -> int:
    """Somebody browses, signs up, orders, agrees, is written about."""
    source = a_source()
    told = [
        message(source=source, anonymous=f"{user}-tablet"),
        message(
            source=source,
            type="identify",
            name="Identified",
            user=user,
            anonymous=f"{user}-tablet",
            traits={"lastName": name, "email": email, "phone": phone},
        ),
        message(source=source, user=user, name="Order Completed", properties='{"to": "' + name + '"}'),
        message(
            source=source,
            user=user,
            type="group",
            name="Joined Account",
            group_id=f"house-of-{user}",
        ),
    ]
    (_, person, *_) = [row.origin for row in receive(told, now=NOW)]
    agrees(person=person, purpose="offers", source="preference page", now=NOW, evidence={"as": name})
    add_note(person=person, text=note, by="staff:1", now=NOW)
    make_promise(person=person, text=note, due_at=NOW, by="staff:1", now=NOW)
    return person


@pytest.fixture
def zora():
    apply_shipped_playbook(now=NOW)
    return live_a_little("zora-user-7731", "Quillfeather", NEEDLES[0], NEEDLES[3], NEEDLES[4])


@pytest.fixture
def ben(zora):
    return live_a_little("ben", "Brook", "ben@example.org", "+442079460011", "collects tapes")


def database_text() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        pieces = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            pieces += [str(row) for row in cursor.fetchall()]
    return "\n".join(pieces)


def test_nothing_is_left_in_tables_and_files(zora, ben):
    assert all(needle in database_text() for needle in NEEDLES)
    receipt = erase_person(person=zora, by="staff:1", now=NOW)
    assert hits_in(database_text().encode(), NEEDLES) == []
    assert hits(Path(settings.CONFIG.folder), NEEDLES) == []
    assert receipt.store in ("overwritten", "vacuumed")
    assert receipt.counts["touchpoints"] >= 6
    assert receipt.counts["identifiers"] >= 3


def test_everybody_else_stays_whole(zora, ben):
    before = {m: m.objects.count() for m in (Person, Touchpoint, Identifier, Card, Account)}
    receipt = erase_person(person=zora, by="staff:1", now=NOW)
    after = {m: m.objects.count() for m in (Person, Touchpoint, Identifier, Card, Account)}
    assert before[Touchpoint] - after[Touchpoint] == receipt.counts["touchpoints"]
    assert Touchpoint.objects.filter(origin=ben).exists()
    assert Card.objects.get(person_id=ben).display_name == "Brook"
    assert before[Account] - after[Account] == 1, "the household of one goes with its one"
    assert may_contact(ben, "offers", "email", NOW).reason.code == "go"


def test_the_receipt_proves_it_and_says_nothing(zora, ben):
    receipt = erase_person(person=zora, by="staff:1", now=NOW)
    row = ErasureReceipt.objects.get()
    assert row.counts["touchpoints"] == receipt.counts["touchpoints"]
    assert len(receipt.signature) == 64
    assert not any(needle in str(receipt.as_json()) for needle in NEEDLES)
    assert Entry.objects.get(verb="erase person").object_id == receipt.number
    assert Retraction.objects.filter(reason="erased").exists()


def test_an_erased_person_is_not_made_again(zora, ben):
    erase_person(person=zora, by="staff:1", now=NOW)
    people = Person.objects.count()
    source = a_source()
    rows = receive(
        [
            message(source=source, user="zora-user-7731"),
            message(source=source, anonymous="zora-user-7731-tablet"),
            message(source=source, type="identify", user="new-id", traits={"email": NEEDLES[0].upper()}),
            message(
                source=source,
                user="ben",
                email=NEEDLES[0],
                traits={"email": NEEDLES[0]},
                type="identify",
            ),
        ],
        now=NOW,
    )
    assert [row.seq is None for row in rows] == [True, True, True, False]
    assert Person.objects.count() == people
    assert NEEDLES[0] not in database_text().lower()


def test_all_origins_of_a_joined_person_go(zora, ben):
    merge_people(survivor=zora, absorbed=ben, by="staff:1", now=NOW, evidence={})
    follow_people(now=NOW)
    erase_person(person=ben, by="staff:1", now=NOW)
    assert Person.objects.count() == 0
    assert Touchpoint.objects.count() == 0
    assert JoinProposal.objects.count() == 0
    assert HumanTask.objects.count() == 0


def test_nobody_is_erased_twice(zora):
    erase_person(person=zora, by="staff:1", now=NOW)
    with pytest.raises(Refused, match="no such person"):
        erase_person(person=zora, by="staff:1", now=NOW)


def test_rejected_rows_of_an_import_are_cleaned(zora, tmp_path):
    rejects = tmp_path / "rejects.csv"
    rejects.write_text(f"line,why,email\n3,bad date,{NEEDLES[0]}\n9,bad date,ben@example.org\n")
    Batch.objects.create(
        public_id="0190f3c2-0000-7000-8000-000000000001",
        kind="people",
        file_name="people.csv",
        file_hash="x",
        source_id=a_source(),
        started_at=NOW,
        rejects_file=str(rejects),
    )
    receipt = erase_person(person=zora, by="staff:1", now=NOW)
    assert receipt.counts["rejects_files"] == 1
    assert hits(tmp_path, NEEDLES) == []
    assert "ben@example.org" in rejects.read_text()


def test_a_restored_backup_is_erased_again_on_start(zora, ben):
    """A person who is in the database again, while the list outside says they were erased."""
    erase_person(person=zora, by="staff:1", now=NOW)
    with transaction.atomic():
        Forgotten.objects.all().delete()  # the older copy knows of no erasure
    again = live_a_little("zora-user-7731", "Quillfeather", NEEDLES[0], NEEDLES[3], NEEDLES[4])
    assert Person.objects.filter(id=again).exists()
    assert apply_erasures_after_restore(now=NOW + timedelta(days=1)) == 1
    assert not any(needle in database_text() for needle in NEEDLES)
    assert hits(Path(settings.CONFIG.folder), NEEDLES) == []
    assert Person.objects.filter(id=ben).exists()
    assert apply_erasures_after_restore(now=NOW + timedelta(days=1)) == 0


def test_the_audit_log_cannot_be_changed(zora):
    record_entry(by="staff:1", verb="test", object_type="person", object_id="per_x", now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(verb="nothing happened")
    assert Entry.objects.get(verb="test")


@pytest.mark.skipif(settings.IS_POSTGRES, reason="speaks of SQLite's files")
def test_the_scanner_would_have_found_it(zora):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert hits(Path(settings.CONFIG.folder), NEEDLES) != []
    assert sqlite3.sqlite_version_info >= (3, 35)
