"""Undo takes exactly the batch's rows; what others did since is kept and listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from regard.collect.models import Batch, Retraction
from regard.identify.models import Identifier
from regard.identify.selectors import find_person
from regard.imports.batches import BatchRow
from regard.imports.undo import Undone, plan_undo, undo_batch
from regard.kernel.issues import Refused
from regard.profile.keeping import add_note
from regard.profile.models import Card
from regard.profile.services import set_field

Import = Callable[..., BatchRow]
Count = Callable[[], dict[str, int]]
SHOP = "customer id,date,total,email\n1,2025-01-31,5.00,ann@example.com\n2,2025-01-31,5.00,\n"
PEOPLE = "customer id,first name,e-mail,town\n1,Anne,anne@example.com,Bern\n3,Cy,cy@example.com,Rome\n4,Di,di@example.com,Oslo\n"


def undo(batch: BatchRow, now: datetime) -> Undone:
    return undo_batch(batch=Batch.objects.get(id=batch.id), now=now)


@pytest.mark.parametrize(
    "text",
    [
        PEOPLE,
        "customer id,date,total\n1,2025-02-01,7\n9,2025-02-01,7\nx\n",
        "order id,customer id,date,sku,price\nA,1,2025-02-01,X,1\nA,1,2025-02-01,Y,2\nB,8,2025-02-01,X,1\n",
        "ticket id,email,date,subject\n1,ann@example.com,2025-02-01,Hi\n2,eve@example.com,2025-02-01,Ho\n",
        "email,date,nps\nann@example.com,2025-02-01,9\neve@example.com,2025-02-01,2\n",
        "user_id,anonymous_id,event,timestamp\n1,v1,A,2025-02-01T10:00Z\n,v2,B,2025-02-01T10:00Z\n5,v2,C,2025-02-01T11:00Z\n",
    ],
    ids=["people", "orders", "order-lines", "tickets", "answers", "touchpoints"],
)
def test_undo_restores_every_table_to_the_row(
    text: str, import_file: Import, count_rows: Count, write: Callable[..., Path], as_of: datetime
) -> None:
    import_file(SHOP)
    before, cards = (
        count_rows(),
        {c.person_id: (c.fields, c.display_name) for c in Card.objects.all()},
    )
    batch = import_file(write(text, "more.csv"), consent=("offers=granted",), told="form")
    assert count_rows() != before
    undone = undo(batch, as_of)
    assert count_rows() == before
    assert {c.person_id: (c.fields, c.display_name) for c in Card.objects.all()} == cards
    assert undone.kept == ()
    assert Retraction.objects.get().rows == undone.touchpoints


def test_the_plan_of_an_undo_says_what_it_will_do(import_file: Import, as_of: datetime) -> None:
    batch = import_file(PEOPLE, consent=("offers=granted",), told="form")
    planned = plan_undo(Batch.objects.get(id=batch.id))
    undone = undo(batch, as_of)
    assert (planned.touchpoints, planned.fields, planned.consents, planned.people) == (6, 9, 3, 3)
    assert planned == undone


def test_whom_a_colleague_dealt_with_since_stays_and_is_listed(
    import_file: Import, as_of: datetime, write: Callable[..., Path]
) -> None:
    batch = import_file(PEOPLE)
    cy, di = find_person("cy@example.com"), find_person("di@example.com")
    assert cy is not None
    assert di is not None
    add_note(person=cy, text="Called about the sofa.", by="staff:1", now=as_of)
    set_field(person=di, name="town", value="Bergen", by="staff:1", now=as_of + timedelta(hours=1))
    undone = undo(batch, as_of)
    assert undone.people == 1
    assert len(undone.kept) == 2
    assert "notes" in undone.kept[0]
    assert "field changes" in undone.kept[1]
    assert find_person("cy@example.com") == cy
    assert Card.objects.get(person_id=di).fields == {"city": "Bergen"}


def test_what_came_from_elsewhere_since_keeps_its_person(
    import_file: Import, as_of: datetime, write: Callable[..., Path]
) -> None:
    batch = import_file(PEOPLE)
    import_file(write("email,date,nps\ncy@example.com,2025-02-01,9\n", "nps.csv"))
    undone = undo(batch, as_of)
    assert [words.partition(": ")[2] for words in undone.kept] == ["touchpoints from elsewhere, field changes"]
    assert Identifier.objects.filter(value="cy@example.com").exists()


def test_after_an_undo_the_file_can_be_imported_again(import_file: Import, count_rows: Count, as_of: datetime) -> None:
    first = import_file(PEOPLE)
    after = count_rows()
    undo(first, as_of)
    again = import_file(PEOPLE)
    assert again.rows_stored == 3
    assert count_rows() == after


def test_an_import_is_undone_once(import_file: Import, as_of: datetime) -> None:
    batch = import_file(PEOPLE)
    undo(batch, as_of)
    with pytest.raises(Refused, match="undone already"):
        undo(batch, as_of)


def test_the_rejects_of_an_undone_import_are_gone(
    import_file: Import, as_of: datetime, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    batch = import_file(PEOPLE + "5,Ed,not-an-address,Rome\n")
    assert Path(batch.rejects_file).exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        undo(batch, as_of)
    assert not Path(batch.rejects_file).exists()
