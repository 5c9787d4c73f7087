"""Which products go together, from baskets as they were really bought: item-to-item co-purchase.

Two products are companions when they were bought together at least `floor` times and more often than chance would
have it (lift above 1). How close they are is the cosine of their columns in the basket-by-product matrix,
n_ab / sqrt(n_a * n_b) (Sarwar, Karypis, Konstan & Riedl 2001, "Item-based collaborative filtering", section 3.1.1;
in use at shops as in Linden, Smith & York 2003, IEEE Internet Computing 7(1)).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

LARGEST_BASKET = 40  # a larger one is stock-keeping, not taste, and its pairs grow with the square
CLOSEST_KEPT = 40


@dataclass(frozen=True, slots=True)
class Fit:
    """A product that fits: how well, and the owned product it goes with best."""

    sku: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Companions:
    """For each product its closest companions, best first: (product, cosine, times bought together)."""

    closest: dict[str, tuple[tuple[str, float, int], ...]]
    baskets: int

    def fitting(self, owned: Iterable[str], *, limit: int) -> tuple[Fit, ...]:
        """Return up to `limit` products that fit what a person owns, none they own; ties by product number."""
        has = set(owned)
        score: dict[str, float] = defaultdict(float)
        best: dict[str, tuple[float, str]] = {}
        for sku in sorted(has):
            for other, closeness, _ in self.closest.get(sku, ()):
                if other not in has:
                    score[other] += closeness
                    best[other] = max(best.get(other, (0.0, "")), (closeness, sku))
        order = sorted(score, key=lambda sku: (-score[sku], sku))[:limit]
        return tuple(Fit(sku, score[sku], best[sku][1]) for sku in order)


def find_companions(baskets: Iterable[frozenset[str]], *, floor: int = 3) -> Companions:
    """Count baskets and return each product's companions.

    1. Count every product, and every pair bought together.
    2. Keep pairs that reach the floor and beat chance.
    3. Keep the closest of each product.
    """
    single: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    total = 0
    for basket in baskets:
        total += 1
        single.update(basket)
        if 2 <= len(basket) <= LARGEST_BASKET:
            pairs.update(combinations(sorted(basket), 2))
    closest: dict[str, list[tuple[str, float, int]]] = defaultdict(list)
    for (one, other), together in pairs.items():
        if together >= floor and together * total > single[one] * single[other]:
            closeness = together / sqrt(single[one] * single[other])
            closest[one].append((other, closeness, together))
            closest[other].append((one, closeness, together))
    kept = {sku: tuple(sorted(found, key=lambda c: (-c[1], c[0]))[:CLOSEST_KEPT]) for sku, found in closest.items()}
    return Companions(kept, total)
