"""Order lines: one product a row; the lines of an order become one `Order Completed` with its products."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from regard.collect.contracts import Incoming
from regard.collect.importing.kinds import orders
from regard.collect.importing.kinds.base import CURRENCY, NAMES, WHO, WHO_NEEDED, Field, Kind, Line
from regard.collect.importing.reading import Reading
from regard.kernel.money import parse_minor, to_decimal

_MOST_LINES = 2_000  # beyond, an order is a mistake in the file


def read_group(row: Reading, lines: Sequence[Line]) -> Incoming:
    """Return the order that all these lines make. Who and when are the first line's, and the same on all.

    1. The total is the sum of what each line cost.
    2. A column without a field is told once where all lines agree, else with each product.
    """
    if len(lines) > _MOST_LINES:
        raise ValueError(f"the order has more than {_MOST_LINES:,} lines")
    products, rests, minor, who = [], [], 0, None
    for row.line, row.cells in lines:
        currency = row.currency()
        if who is not None and row.ids() != who:
            raise ValueError(f"line {row.line} names another person than the order's first line")
        who = row.ids()
        product, cost = _product(row, currency)
        products.append(product)
        rests.append(row.rest())
        minor += cost
    row.line, row.cells = lines[0]
    at_us = row.instant("occurred_at")
    if at_us is None:
        raise ValueError("has no date")
    shared = {k: v for k, v in rests[0].items() if all(r.get(k) == v for r in rests)}
    for product, rest in zip(products, rests, strict=True):
        product.update({k: v for k, v in rest.items() if k not in shared and k not in product})
    order_id = row.id("order_id")
    return orders.message(
        row,
        order_id=order_id,
        message_id=f"order:{order_id}"[:255],
        at_us=at_us,
        minor=minor,
        currency=row.currency(),
        properties=shared | {"products": products},
    )


def _product(row: Reading, currency: str) -> tuple[dict[str, Any], int]:
    product: dict[str, Any] = {k: v for k in ("sku", "category") if (v := row.text(k))}
    if name := row.text("product"):
        product["name"] = name
    quantity = row.number("quantity")
    if quantity is None:
        quantity = Decimal(1)
    product["quantity"] = orders.plain(quantity)
    price, cost = row.number("price"), row.minor("line_total", currency)
    if cost is None:
        cost = parse_minor(price * quantity, currency) if price is not None else None
    if cost is None:
        raise ValueError("has neither a price nor a line total")
    if price is None:
        price = (to_decimal(cost, currency) / quantity).quantize(Decimal("0.0001")) if quantity else Decimal(0)
    product["price"] = orders.plain(price)
    return product, cost


def read(row: Reading) -> Incoming:
    """Return the order of a single line (previews)."""
    return read_group(row, [(row.line, row.cells)])


KIND = Kind(
    name="order-lines",
    words="one product of an order a row; lines of the same order belong together",
    fields=(
        *WHO,
        orders.ORDER_ID,
        orders.WHEN_ORDERED,
        Field("sku", "id", ("sku", "product id", "productid", "item id", "stock code", "stockcode", "article", "article no", "artikelnummer", "artikel", "asin", "isbn", "ean", "upc", "item number")),
        Field("product", "text", ("product", "product name", "item", "item name", "description", "title", "bezeichnung", "produkt", "artikelbezeichnung", "produit", "producto", "lineitem name")),
        Field("category", "word", ("category", "product category", "department", "genre", "kategorie", "categorie", "categoria", "product type"), 0.5),
        orders.QUANTITY,
        Field("price", "number", ("price", "unit price", "unitprice", "item price", "preis", "einzelpreis", "stuckpreis", "prix", "prix unitaire", "precio", "prezzo", "lineitem price")),
        Field("line_total", "number", ("line total", "sales value", "amount", "total", "line amount", "extended price", "gesamtpreis", "positionssumme", "montant")),
        CURRENCY,
        *NAMES,
    ),
    needs=(WHO_NEEDED, ("order_id",), ("occurred_at",), ("sku", "product"), ("price", "line_total")),
    read=read,
    group_by="order_id",
    read_group=read_group,
)  # fmt: skip
