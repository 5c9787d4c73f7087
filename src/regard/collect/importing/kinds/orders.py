"""Orders: one order a row, stored as `Order Completed`; a negative total is a refund."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from regard.collect.contracts import Incoming
from regard.collect.importing.kinds.base import CURRENCY, NAMES, WHEN, WHO, WHO_NEEDED, Field, Kind
from regard.collect.importing.reading import Reading, json_of
from regard.collect.vocabulary import ORDER_REFUNDED
from regard.kernel.money import parse_minor
from regard.playbooks.vocabulary import ORDER_COMPLETED

ORDER_ID = Field(
    "order_id", "id",
    ("order id", "orderid", "order", "order no", "order number", "invoice", "invoice no", "invoice number", "invoiceno", "basket id", "transaction id",
     "receipt", "receipt no", "bestellnummer", "bestellung", "rechnungsnummer", "rechnung", "auftrag", "auftragsnummer", "commande", "numero commande", "pedido", "ordine", "bestelnummer"),
)  # fmt: skip
WHEN_ORDERED = Field(
    "occurred_at", "date",
    (*WHEN, "order date", "invoice date", "invoicedate", "purchase date", "purchased at", "ordered at", "transaction date", "transaction timestamp",
     "bestelldatum", "rechnungsdatum", "kaufdatum", "date commande", "fecha pedido", "paid at", "completed at"),
)  # fmt: skip
QUANTITY = Field(
    "quantity",
    "number",
    (
        "quantity",
        "qty",
        "units",
        "items",
        "pieces",
        "menge",
        "anzahl",
        "stuck",
        "quantite",
        "cantidad",
        "aantal",
    ),
    0.5,
)


def message(
    row: Reading,
    *,
    order_id: str,
    message_id: str,
    at_us: int,
    minor: int | None,
    currency: str,
    properties: dict[str, Any],
) -> Incoming:
    """Return one order. What went back to the customer is a refund, its value positive like the spec's `total`."""
    is_refund = minor is not None and minor < 0
    if order_id:
        properties["order_id"] = order_id
    ids = row.ids()
    return Incoming(
        source=row.setting.source,
        message_id=message_id,
        type="import",
        name=(ORDER_REFUNDED if is_refund else ORDER_COMPLETED).name,
        channel="shop",
        occurred_us=at_us,
        received_us=row.setting.now_us,
        ids=ids,
        traits=row.who(ids) or None,
        value_minor=None if minor is None else abs(minor),
        currency="" if minor is None else currency,
        properties=json_of(properties),
        batch=row.setting.batch,
    )


def read(row: Reading) -> Incoming:
    """Return the order of a row."""
    at_us = row.instant("occurred_at")
    if at_us is None:
        raise ValueError("has no date")
    currency = row.currency()
    properties = row.rest()
    if (quantity := row.number("quantity")) is not None:
        properties["quantity"] = plain(quantity)
    minor = row.minor("total", currency)
    if minor is None and quantity is not None and (price := row.number("price")) is not None:
        minor = parse_minor(price * quantity, currency)
    return message(
        row,
        order_id=row.id("order_id"),
        message_id=row.message_id("order", "order_id"),
        at_us=at_us,
        minor=minor,
        currency=currency,
        properties=properties,
    )


def plain(number: Decimal) -> int | float:
    """Return the number as JSON writes it: whole where it is whole."""
    return int(number) if number == number.to_integral_value() else float(number)


KIND = Kind(
    name="orders",
    words="one order a row: who, when, how much",
    fields=(
        *WHO,
        WHEN_ORDERED,
        Field(
            "total", "number",
            ("total", "amount", "order total", "grand total", "revenue", "value", "order value", "sales", "sum", "total price", "paid",
             "betrag", "summe", "gesamt", "gesamtbetrag", "umsatz", "montant", "importe", "importo", "bedrag", "spend"),
        ),
        ORDER_ID,
        QUANTITY,
        Field("price", "number", ("price", "unit price", "unitprice", "preis", "einzelpreis", "prix"), 0.2),
        CURRENCY,
        *NAMES,
    ),
    needs=(WHO_NEEDED, ("occurred_at",), ("total", "price")),
    read=read,
)  # fmt: skip
