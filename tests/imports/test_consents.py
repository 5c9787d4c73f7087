"""What people agreed to is asked, kept with its evidence, and never over what they withdrew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from regard.consent.models import Consent
from regard.identify.selectors import find_person
from regard.imports.batches import BatchRow
from regard.kernel.issues import Refused
from tests.cast.consents import an_offer_waits, told_of_leaving, withdraws
from tests.permission import may_contact

Import = Callable[..., BatchRow]
PEOPLE = "customer id,e-mail\n1,ann@example.com\n2,bo@example.com\n"


def may(person: str, as_of: datetime) -> bool:
    found = find_person(person)
    assert found is not None
    return bool(may_contact(found, "offers", "email", as_of))


def test_unsaid_means_unknown_and_nothing_can_be_sent(import_file: Import, as_of: datetime) -> None:
    import_file(PEOPLE)
    assert not Consent.objects.exists()
    assert not may("ann@example.com", as_of)


def test_a_grant_keeps_who_told_us_where_it_was_given(import_file: Import, as_of: datetime) -> None:
    import_file(PEOPLE, consent=("offers=granted",), told="till form, March 2024")
    assert may("ann@example.com", as_of)
    assert Consent.objects.count() == 2
    assert Consent.objects.all()[0].evidence == {
        "told by the importer": "till form, March 2024",
        "file": "file.csv",
    }


def test_a_grant_without_evidence_is_refused(import_file: Import) -> None:
    with pytest.raises(Refused, match="where and how did they agree to offers"):
        import_file(PEOPLE, consent=("offers=granted",))


@pytest.mark.parametrize("pair", ["offerz=granted", "offers=perhaps", "offers"])
def test_a_purpose_or_state_nobody_knows_is_refused(import_file: Import, pair: str) -> None:
    with pytest.raises(Refused):
        import_file(PEOPLE, consent=(pair,), told="form")


def test_a_column_tells_it_row_by_row(import_file: Import, as_of: datetime) -> None:
    batch = import_file(
        "customer id,e-mail,newsletter\n1,ann@example.com,Yes\n2,bo@example.com,no\n3,cy@example.com,\n4,di@example.com,perhaps\n",
        mapping=["newsletter=consent:offers"],
        told="shop export",
    )
    assert (batch.rows_stored, batch.rows_rejected) == (3, 1)
    assert [may(f"{who}@example.com", as_of) for who in ("ann", "bo", "cy")] == [True, False, False]


def test_a_file_never_grants_what_a_person_withdrew_here(
    import_file: Import, as_of: datetime, write: Callable[..., Path]
) -> None:
    import_file(PEOPLE, consent=("offers=granted",), told="till form")
    ann = find_person("ann@example.com")
    assert ann is not None
    withdraws(person=ann, purpose="offers", source="one-click", now=as_of + timedelta(hours=1))
    later = as_of + timedelta(days=1)
    import_file(write(PEOPLE, "again.csv"), consent=("offers=granted",), told="another form", now=later)
    assert not may("ann@example.com", later)
    assert may("bo@example.com", later)


def test_a_file_that_says_no_cancels_what_waits_and_is_told_once(
    import_file: Import, as_of: datetime, write: Callable[..., Path]
) -> None:
    import_file(PEOPLE, consent=("offers=granted",), told="till form")
    ann, bo = find_person("ann@example.com"), find_person("bo@example.com")
    assert ann is not None
    assert bo is not None
    to_ann, to_bo = (an_offer_waits(person, now=as_of) for person in (ann, bo))

    gone = write("customer id,e-mail\n1,ann@example.com\n", "gone.csv")
    import_file(gone, consent=("offers=withdrawn",), now=as_of + timedelta(hours=1))

    for message in (to_ann, to_bo):
        message.refresh_from_db()
    assert (to_ann.state, to_ann.note) == ("cancelled", "Withdrawn before it was handed over")
    assert to_bo.state == "queued"
    assert told_of_leaving(ann) == ["Withdrew offers", "Agreed to offers"]
