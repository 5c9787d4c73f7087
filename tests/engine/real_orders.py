"""Real order histories as worlds for the engine: CDNOW from the wheel, the others from the shared data folder."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from regard.kernel.instant import to_us
from regard.kernel.money import parse_minor
from tests.engine.oracle import Touch, World


def world_of(orders: list[tuple[str, datetime, int, list[dict]]], currency: str) -> World:
    """Return the world of (customer, time, minor units, products)."""
    numbers = {name: i for i, name in enumerate(dict.fromkeys(o[0] for o in orders), start=1)}
    log = [
        Touch(
            seq,
            numbers[who],
            to_us(at),
            "Order Completed",
            "web",
            value=value,
            currency=currency,
            properties={"products": products},
        )
        for seq, (who, at, value, products) in enumerate(orders, start=1)
    ]
    return World(list(numbers.values()), log)


def cdnow(months: int = 18) -> tuple[World, datetime]:
    """The CDNOW tenth: 2,357 customers who first bought in early 1997, and all they bought in `months` months."""
    raw = (files("regard.sample") / "cdnow_sample.csv.gz").read_bytes()
    end = datetime(1997, 1, 1, tzinfo=UTC) + timedelta(days=round(months * 30.4))
    orders = []
    for row in csv.DictReader(io.StringIO(gzip.decompress(raw).decode())):
        at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC) + timedelta(hours=12)
        if at < end:
            orders.append((row["sample_id"], at, parse_minor(row["amount"], "USD") or 0, []))
    return world_of(orders, "USD"), end


def online_retail(folder: Path) -> tuple[World, datetime]:
    """A British gift wholesaler, November and nine days of December 2011: invoices with their lines; returns left out."""
    invoices: dict[str, list[dict]] = defaultdict(list)
    with gzip.open(folder / "online_retail_lines_2011-11_12.csv.gz", "rt", encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            if not row["InvoiceNo"].startswith("C") and float(row["Quantity"]) > 0:
                invoices[row["InvoiceNo"]].append(row)
    orders = []
    for lines in invoices.values():
        total = sum(float(line["Quantity"]) * float(line["UnitPrice"]) for line in lines)
        products = [
            {"name": line["Description"], "category": line["Description"].strip().split(" ")[-1]} for line in lines
        ]
        at = datetime.fromisoformat(lines[0]["InvoiceDate"]).replace(tzinfo=UTC)
        orders.append((lines[0]["CustomerID"], at, parse_minor(round(total, 2), "USD") or 0, products))
    return world_of(sorted(orders, key=lambda o: o[1]), "USD"), datetime(2011, 12, 10, tzinfo=UTC)


def grocery(folder: Path) -> tuple[World, datetime]:
    """A grocer's households over a year: baskets of a sample of transaction lines, with the department as category."""
    departments = {}
    with gzip.open(folder / "grocery_journey_products.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            departments[row["product_id"]] = (row["product_type"], row["department"])
    baskets: dict[str, list[dict]] = defaultdict(list)
    with gzip.open(folder / "grocery_journey_transactions_sample.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            baskets[row["basket_id"]].append(row)
    orders = []
    for lines in baskets.values():
        total = sum(float(line["sales_value"]) for line in lines)
        found = [departments.get(line["product_id"], ("", "")) for line in lines]
        at = datetime.fromisoformat(lines[0]["transaction_timestamp"].replace("Z", "+00:00"))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        orders.append(
            (
                lines[0]["household_id"],
                at,
                parse_minor(round(total, 2), "USD") or 0,
                [{"name": n, "category": c} for n, c in found],
            )
        )
    orders.sort(key=lambda o: o[1])
    return world_of(orders, "USD"), orders[-1][1] + timedelta(hours=1)
