"""The invented catalogue: records, their artists and genres, and what each person likes.

Real orders keep their day, quantity and amount; these products are laid on them. People have two favourite genres and
come back to some artists, so that what is bought together says something.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from regard.kernel.money import to_decimal
from regard.sample.history import CURRENCY, Order

_ARTISTS = {
    "Folk": ("The Lantern Keepers", "Isla Thorne", "Millrace", "Wren & Alder", "The Quiet Harbour", "Peat Smoke Trio", "Nell Ashdown", "Salt Meadow", "Corran Vale"),
    "Jazz": ("Otis Marlowe Quartet", "Blue Tram", "Safiya Benett", "Third Rail Ensemble", "Lucien Orme", "The Night Clerks", "Mirabel Stone", "Low Ceiling Five"),
    "Electronic": ("Kelvin Drift", "Vanta Pool", "Oslo Relay", "Mothlight", "Sine Parade", "Hexa Garden", "Tidal Modem", "Nadir 9", "Glass Antenna"),
    "Rock": ("The Brass Foxes", "Cold Kiosk", "Marrow Hill", "Static Regatta", "Ghost Ferry", "The Late Permits", "Ruby Quarry", "Ten Bridges"),
    "Soul": ("Deena Rourke", "The Velvet Ledger", "Amos Fairchild", "Marigold Avenue", "Juno & the Keys", "Sweet Ordinance", "Ada Lumsden"),
    "Classical": ("Ensemble Lindgard", "Vesna Korral", "Aurelia Strings", "Chamber of Tides", "Tomas Hallen", "Quartetto Bruma", "Ilse Varga"),
    "World": ("Amadou Sissek", "Casa del Mar", "Noor Hadid Trio", "Orquesta Lucero", "Tavana", "Kora Lines", "Sahel Post", "Brisa Norte"),
}  # fmt: skip
_FIRST = ("Northern", "Paper", "Slow", "Winter", "Second", "Hollow", "Silver", "Borrowed", "Quiet", "Electric", "Distant", "Velvet", "Tidal", "Open", "Broken", "Amber")  # fmt: skip
_SECOND = ("Lights", "Boats", "Letters", "Rooms", "Weather", "Gardens", "Signals", "Harvest", "Mirrors", "Avenue", "Lullabies", "Static", "Promises", "Maps", "Horizons", "Hours")  # fmt: skip
_PRICES = (899, 1099, 1199, 1299, 1399, 1499, 1699, 1899, 2499)


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """One invented record."""

    sku: str
    name: str
    artist: str
    genre: str
    minor: int


def make_catalogue(random: Random) -> tuple[SampleProduct, ...]:
    """Return about 190 records, three to four by each artist."""
    titles = [f"{one} {two}" for one in _FIRST for two in _SECOND]
    random.shuffle(titles)
    products: list[SampleProduct] = []
    for genre, artists in _ARTISTS.items():
        for artist in artists:
            for _ in range(random.choice((3, 3, 4))):
                sku = f"REC-{len(products) + 101}"
                products.append(SampleProduct(sku, titles[len(products)], artist, genre, random.choice(_PRICES)))
    return tuple(products)


class SampleShelf:
    """Chooses records for orders: by the person's genres, with some artists far more popular than others."""

    def __init__(self, products: tuple[SampleProduct, ...]) -> None:
        self._by_genre: dict[str, list[SampleProduct]] = {}
        for product in products:
            self._by_genre.setdefault(product.genre, []).append(product)
        self.genres = tuple(self._by_genre)

    def taste(self, random: Random) -> tuple[str, str]:
        """Return a person's first and second genre."""
        first, second = random.sample(self.genres, 2)
        return first, second

    def choose(self, order: Order, taste: tuple[str, str], random: Random) -> list[dict[str, Any]]:
        """Return the order's products: as many discs as it counts, their prices scaled to its amount to the cent."""
        kinds = min(order.quantity, 6)
        picked: dict[str, SampleProduct] = {}
        while len(picked) < kinds:
            genre = random.choices((*taste, random.choice(self.genres)), (70, 22, 8))[0]
            shelf = self._by_genre[genre]
            product = shelf[min(int(random.expovariate(5.0) * len(shelf)), len(shelf) - 1)]
            picked[product.sku] = product
        counts = dict.fromkeys(picked, 1)
        for _ in range(order.quantity - kinds):
            counts[random.choice(list(picked))] += 1
        return [
            _line(picked[sku], count, price)
            for (sku, count), price in zip(counts.items(), _prices(picked, counts, order.minor), strict=True)
        ]


def _prices(picked: dict[str, SampleProduct], counts: dict[str, int], minor: int) -> list[float]:
    """Share the real amount over the lines by list price; each disc's price in dollars, four decimals."""
    listed = sum(picked[sku].minor * count for sku, count in counts.items())
    paid = float(to_decimal(minor, CURRENCY))
    return [round(paid * picked[sku].minor / listed, 4) for sku in counts]


def _line(product: SampleProduct, count: int, price: float) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "name": product.name,
        "brand": product.artist,
        "category": product.genre,
        "price": price,
        "quantity": count,
        "invented": True,
    }
