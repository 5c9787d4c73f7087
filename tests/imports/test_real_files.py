"""Real files, as they come: every row is accounted for and the sums are those of the file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from django.db.models import Sum

from regard.collect.models import Touchpoint
from regard.identify.models import Person
from regard.imports.batches import BatchRow

Import = Callable[..., BatchRow]


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        yield from csv.DictReader(file)


def cents(name: str) -> int:
    return Touchpoint.objects.filter(name=name).aggregate(total=Sum("value_minor"))["total"] or 0


def test_cdnow_has_every_order_and_every_cent(real_data: Path, import_file: Import) -> None:
    path = real_data / "cdnow_master.csv.gz"
    batch = import_file(path)
    rows = list(rows_of(path))
    assert (batch.rows_read, batch.rows_stored, batch.rows_rejected) == (len(rows), len(rows), 0)
    assert cents("Order Completed") == sum(round(Decimal(row["amount"]) * 100) for row in rows)
    assert Person.objects.count() == len({row["customer_id"] for row in rows})


def test_the_online_shop_has_one_order_an_invoice_and_the_returns_apart(real_data: Path, import_file: Import) -> None:
    path = real_data / "online_retail_lines_2011-11_12.csv.gz"
    batch = import_file(path)
    worth: dict[str, Decimal] = {}
    for row in rows_of(path):
        worth[row["InvoiceNo"]] = worth.get(row["InvoiceNo"], Decimal()) + round(
            Decimal(row["Quantity"]) * Decimal(row["UnitPrice"]), 2
        )
    assert (batch.rows_stored, batch.rows_rejected) == (len(worth), 0)
    assert cents("Order Completed") == sum(100 * v for v in worth.values() if v >= 0)
    assert cents("Order Refunded") == sum(-100 * v for v in worth.values() if v < 0)
    assert Touchpoint.objects.filter(name="Order Refunded").count() == sum(v < 0 for v in worth.values())


def test_the_grocers_baskets_keep_what_was_paid(real_data: Path, import_file: Import) -> None:
    path = real_data / "grocery_journey_transactions_sample.csv.gz"
    batch = import_file(path)
    rows = list(rows_of(path))
    assert (batch.rows_read, batch.rows_rejected) == (len(rows), 0)
    assert batch.rows_stored == len({row["basket_id"] for row in rows})
    assert cents("Order Completed") == sum(round(Decimal(row["sales_value"]) * 100) for row in rows)
