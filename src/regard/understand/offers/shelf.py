"""Products that fit a person, from the baskets in the log; none where orders carry no lines."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from regard.collect.models import Touchpoint
from regard.engine.understanding.baskets import Companions, find_companions
from regard.identify.selectors import families_of
from regard.playbooks.vocabulary import ORDER_COMPLETED

ORDER = ORDER_COMPLETED.name
BASKETS_READ = 50_000  # the newest orders: taste changes, and reading stays bounded
ORDERS_READ = 200  # of one person
STALE_AFTER = 0.02  # of the orders read: new baskets change little until then


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was learnt from the newest orders: companions, and each product as it was sold last."""

    companions: Companions
    products: dict[str, dict[str, Any]]
    orders: int
    newest: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """A product that fits somebody: what it is, what it cost last (None where that is no price), what of theirs it goes with."""

    sku: str
    name: str
    price: Decimal | None
    goes_with: str


_shelf: Shelf | None = None
_lock = threading.Lock()


def fitting_products(owned: frozenset[str], shelf: Shelf, *, limit: int) -> tuple[Fitting, ...]:
    """Return up to `limit` products that go with what a person owns, best first."""
    return tuple(
        Fitting(
            sku=fit.sku,
            name=_name(shelf.products[fit.sku], fit.sku),
            price=_price(shelf.products[fit.sku].get("price")),
            goes_with=_name(shelf.products[fit.because], fit.because),
        )
        for fit in shelf.companions.fitting(owned, limit=limit)
    )


def current_shelf() -> Shelf:
    """Return the shelf, read anew when enough orders have come in since it was read last."""
    global _shelf
    with _lock:
        newest = Touchpoint.objects.filter(name=ORDER).order_by("-seq").values_list("seq", flat=True).first() or 0
        if _shelf is None or newest < _shelf.newest or newest - _shelf.newest > _shelf.orders * STALE_AFTER:
            _shelf = _read_shelf(newest)
        return _shelf


def _read_shelf(newest: int) -> Shelf:
    rows = Touchpoint.objects.filter(name=ORDER).order_by("-seq").values_list("properties", flat=True)
    products: dict[str, dict[str, Any]] = {}
    baskets = []
    for properties in rows[:BASKETS_READ].iterator(chunk_size=2000):
        lines = list(_lines(properties))
        for line in lines:
            products.setdefault(line["sku"], line)  # newest first: the latest name and price win
        baskets.append(frozenset(line["sku"] for line in lines))
    return Shelf(find_companions(baskets), products, len(baskets), newest)


def owned_by(people: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the products of the newest orders of each of these people, over all their origins; who has none is left out."""
    families = families_of(people)
    owners = {origin: family[0] for family in families.values() for origin in family}
    orders: dict[int, list[Any]] = {}
    rows = Touchpoint.objects.filter(origin__in=owners, name=ORDER).order_by("-occurred_at", "-seq")
    for origin, properties in rows.values_list("origin", "properties"):
        kept = orders.setdefault(owners[origin], [])
        if len(kept) < ORDERS_READ:
            kept.append(properties)
    owned = {
        person: frozenset(line["sku"] for order in kept for line in _lines(order)) for person, kept in orders.items()
    }
    return {person: skus for person in families if (skus := owned.get(families[person][0]))}


def _lines(properties: object) -> Iterator[dict[str, Any]]:
    """Yield the order lines that name a product; what clients send may be anything."""
    products = properties.get("products") if isinstance(properties, dict) else None
    for line in products if isinstance(products, list) else ():
        sku = str(line.get("sku") or line.get("product_id") or "").strip()[:80] if isinstance(line, dict) else ""
        if sku:
            yield line | {"sku": sku}


def _name(line: dict[str, Any], sku: str) -> str:
    return str(line.get("name") or sku)[:120]


def _price(price: object) -> Decimal | None:
    try:
        amount = Decimal(str(price))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None
