"""Each kind of file becomes what it says, and what cannot be read is put aside with its line and a reason."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from regard.collect.models import Touchpoint
from regard.identify.models import Identifier, Person
from regard.imports.batches import BatchRow
from regard.profile.models import Card

Import = Callable[..., BatchRow]


def rejected(batch: BatchRow) -> list[list[str]]:
    with Path(batch.rejects_file).open(newline="") as file:
        return list(csv.reader(file))[1:]


def test_orders_become_completed_orders_with_exact_amounts(import_file: Import) -> None:
    batch = import_file(
        "customer id;order number;date;amount;currency;gift\n7;A-1;31.01.2025 18:30;1.234,56;EUR;yes\n8;A-2;13.02.2025;7,00;;\n",
        kind="orders",
    )
    one, two = Touchpoint.objects.order_by("seq")
    assert (batch.rows_read, batch.rows_stored, batch.rows_rejected) == (2, 2, 0)
    assert (one.name, one.value_minor, one.currency, one.message_id) == (
        "Order Completed",
        123456,
        "EUR",
        "order:A-1",
    )
    assert one.properties == {"order_id": "A-1", "gift": "yes"}
    assert one.occurred_at == datetime(2025, 1, 31, 18, 30, tzinfo=UTC)
    assert (two.value_minor, two.currency, two.occurred_at.hour) == (700, "USD", 12)
    assert set(Identifier.objects.values_list("kind", "value")) == {
        ("user_id", "7"),
        ("user_id", "8"),
    }


def test_a_negative_total_is_a_refund(import_file: Import) -> None:
    import_file("customer id,date,total\n7,2025-01-31,-5.00\n")
    refund = Touchpoint.objects.get()
    assert (refund.name, refund.value_minor) == ("Order Refunded", 500)


def test_a_total_is_worked_out_from_price_and_quantity(import_file: Import) -> None:
    import_file("customer id,date,price,quantity\n7,2025-01-31,2.50,3\n", kind="orders")
    assert Touchpoint.objects.get().value_minor == 750


LINES = (
    "order id,customer id,date,sku,product,quantity,unit price,shop\n"
    "B,7,2025-01-31,X,Mug,2,3.50,east\n"
    "A,8,2025-02-01,Y,Cup,1,2.00,west\n"
    "B,7,2025-01-31,Z,Jar,1,1.25,east\n"
)


def test_the_lines_of_an_order_become_one_order_however_they_interleave(
    import_file: Import,
) -> None:
    batch = import_file(LINES)
    first = Touchpoint.objects.get(message_id="order:B")
    assert (batch.rows_read, batch.rows_stored) == (3, 2)
    assert first.value_minor == 825
    assert first.properties["shop"] == "east"
    assert first.properties["products"] == [
        {"sku": "X", "name": "Mug", "quantity": 2, "price": 3.5},
        {"sku": "Z", "name": "Jar", "quantity": 1, "price": 1.25},
    ]


def test_an_order_whose_lines_name_two_people_is_put_aside_whole(import_file: Import) -> None:
    batch = import_file(LINES + "B,9,2025-01-31,Q,Pan,1,9.00,east\n")
    assert (batch.rows_stored, batch.rows_rejected) == (1, 3)
    assert {row[1] for row in rejected(batch)} == {"line 5 names another person than the order's first line"}


def test_tickets_keep_the_customers_words(import_file: Import) -> None:
    import_file(
        'ticket id,email,created at,subject,message,channel\nT1,Ann@Example.com,2025-01-31 10:00,Late,"Where is it?\nIt is cold.",chat\n'
    )
    ticket = Touchpoint.objects.get()
    assert (ticket.name, ticket.channel, ticket.message_id) == (
        "Ticket Opened",
        "chat",
        "ticket:T1",
    )
    assert ticket.properties["text"] == "Where is it?\nIt is cold."
    assert Identifier.objects.get().value == "ann@example.com"


def test_answers_keep_score_and_comment(import_file: Import) -> None:
    batch = import_file(
        "email,date,nps,comment\na@example.com,2025-01-31,9.5,Great\nb@example.com,2025-01-31,,\nc@example.com,2025-01-31,ten,\n",
        kind="answers",
    )
    answer = Touchpoint.objects.get()
    assert (answer.name, answer.score_milli, answer.properties) == (
        "Survey Answered",
        9500,
        {"comment": "Great", "survey": "imported"},
    )
    assert [row[:2] for row in rejected(batch)] == [
        ["3", "has neither a score nor a comment"],
        ["4", "'ten' is not a number"],
    ]


def test_people_become_fields_with_where_they_came_from(import_file: Import) -> None:
    import_file(
        "customer id,first name,last name,e-mail,phone,vip,visits\n7,Ann,Lee,ann@example.com,020 7946 0018,true,12\n"
    )
    card = Card.objects.get()
    assert card.display_name == "Ann Lee"
    assert card.fields["vip"] is True
    assert card.fields["visits"] == 12
    assert card.fields["phone"] == "+442079460018"
    assert {kind for kind, _ in Identifier.objects.values_list("kind", "value")} == {
        "user_id",
        "email",
        "phone",
    }


def test_free_touchpoints_keep_whatever_they_say(import_file: Import, write: Callable[..., Path]) -> None:
    path = write(
        '{"userId":"7","event":"Stove Lit","timestamp":"2025-01-31T10:00:00+01:00","properties":{"heat":3},"messageId":"m1","channel":"device"}\n',
        "x.ndjson",
    )
    import_file(path)
    lit = Touchpoint.objects.get()
    assert (lit.name, lit.channel, lit.message_id, lit.properties) == (
        "Stove Lit",
        "device",
        "m1",
        {"heat": 3},
    )
    assert lit.occurred_at == datetime(2025, 1, 31, 9, tzinfo=UTC)


BROKEN = (
    "customer id,date,total\n"
    "1,2025-01-31,5.00\n"
    ",2025-01-31,5.00\n"
    "3,2025-02-30,5.00\n"
    "4,2025-01-31,lots\n"
    "5,2025-01-31\n"
    "6,2099-01-01,5.00\n"
    '7,"2025-01-31,5.00\n'
    "8,2025-01-31,8.00\n"
    "null,2025-01-31,5.00\n"
)


def test_broken_rows_are_put_aside_with_line_and_reason_and_cost_nobody_else(
    import_file: Import,
) -> None:
    batch = import_file(BROKEN)
    assert (batch.rows_read, batch.rows_stored, batch.rows_rejected) == (9, 2, 7)
    assert [row[:2] for row in rejected(batch)] == [
        ["3", "names nobody: customer id empty"],
        ["4", "'2025-02-30' is not a date written year-month-day (ISO 8601)"],
        ["5", "'lots' is not a number"],
        ["6", "has 2 cells where the header has 3"],
        ["7", "'2099-01-01' lies in the future"],
        ["8", "not readable as CSV: unexpected end of data"],
        ["10", "names nobody: customer id empty"],
    ]


def test_the_rejects_file_is_mended_and_imported_as_it_is(import_file: Import, write: Callable[..., Path]) -> None:
    batch = import_file(BROKEN)
    mended = Path(batch.rejects_file).read_text().replace("2025-02-30", "2025-02-28").replace("lots", "4.00")
    again = import_file(write(mended, "mended.csv"))
    assert (again.rows_stored, again.rows_rejected) == (2, 5)
    assert all(set(t.properties) == set() for t in Touchpoint.objects.all())


def test_an_import_of_the_same_rows_doubles_nothing(import_file: Import, write: Callable[..., Path]) -> None:
    text = "customer id,date,total\n" + "7,2025-01-31,5.00\n" * 3
    first = import_file(text)
    again = import_file(write(text + "8,2025-02-01,6.00\n", "longer.csv"))
    assert (first.rows_stored, again.rows_stored, again.rows_known) == (3, 1, 3)
    assert Person.objects.count() == 2


def test_a_value_of_the_wire_and_of_a_file_are_kept_alike(import_file: Import, write: Callable[..., Path]) -> None:
    rows = [
        {"customer_id": 7, "date": "2025-01-31", "total": 5.25, "tags": ["a", {"b": 1}]},
        {"customer_id": "8", "date": "2025-01-31", "total": "6"},
    ]
    import_file(write("\n".join(json.dumps(row) for row in rows), "x.ndjson"))
    assert dict(Touchpoint.objects.values_list("value_minor", "properties")).keys() == {525, 600}
    assert Touchpoint.objects.get(value_minor=525).properties["tags"] == ["a", {"b": 1}]
    assert set(Identifier.objects.values_list("value", flat=True)) == {"7", "8"}


def test_an_order_id_that_comes_twice_in_a_file_of_orders_is_told_not_swallowed(
    import_file: Import,
) -> None:
    batch = import_file("order id,customer id,date,total\nA,7,2025-01-31,5\nA,7,2025-01-31,6\nB,7,2025-01-31,7\n")
    assert (batch.rows_stored, batch.rows_rejected) == (2, 1)
    assert [row[:2] for row in rejected(batch)] == [["3", "its id is on an earlier line of this file"]]
