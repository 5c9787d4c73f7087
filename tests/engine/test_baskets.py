"""Which products go together: counted by hand on a small shop, and on real baskets where the data is at hand."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from itertools import combinations
from math import sqrt
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from regard.engine.understanding.baskets import find_companions

SMALL = [frozenset(basket) for basket in ("ab", "ab", "ab", "abc", "cd", "cd", "cd", "e", "e", "ae")]


def test_companions_are_those_bought_together_often_and_more_than_by_chance() -> None:
    found = find_companions(SMALL)

    assert found.closest["a"] == (("b", 4 / sqrt(5 * 4), 4),)
    assert found.closest["c"] == (("d", 3 / sqrt(4 * 3), 3),)
    assert "e" not in found.closest


def test_what_fits_goes_with_what_is_owned_and_is_not_owned() -> None:
    (fit,) = find_companions(SMALL).fitting({"a", "e"}, limit=3)

    assert (fit.sku, fit.because) == ("b", "a")
    assert find_companions(SMALL).fitting({"a", "b"}, limit=3) == ()
    assert find_companions(SMALL).fitting((), limit=3) == ()
    assert find_companions([]).fitting({"a"}, limit=3) == ()


def test_a_stock_keepers_order_says_nothing_about_taste() -> None:
    crates = [frozenset(f"p{n}" for n in range(500))] * 5

    assert find_companions(crates).closest == {}


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=6), max_size=60))
def test_the_answer_is_that_of_a_plain_count(baskets: list[frozenset[str]]) -> None:
    found = find_companions(baskets, floor=2)

    plain: dict[str, list[tuple[str, float, int]]] = defaultdict(list)
    for one, other in combinations("abcdef", 2):
        n, m = (sum(sku in basket for basket in baskets) for sku in (one, other))
        together = sum(one in basket and other in basket for basket in baskets)
        if together >= 2 and together * len(baskets) > n * m:
            plain[one].append((other, together / sqrt(n * m), together))
            plain[other].append((one, together / sqrt(n * m), together))
    assert found.closest == {sku: tuple(sorted(row, key=lambda c: (-c[1], c[0]))) for sku, row in plain.items()}


@given(st.permutations(SMALL))
def test_the_order_of_baskets_does_not_matter(baskets: list[frozenset[str]]) -> None:
    assert find_companions(baskets) == find_companions(SMALL)


def test_on_real_baskets_what_fits_is_bought_more_often_than_what_sells_best(
    real_data: Path,
) -> None:
    """Learn from November 2011, and look in December whether the five suggestions were bought; against best-sellers."""
    lines = defaultdict(set)
    bought: dict[str, dict[str, set[str]]] = {"11": defaultdict(set), "12": defaultdict(set)}
    with gzip.open(real_data / "online_retail_lines_2011-11_12.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["InvoiceNo"].startswith("C") and row["CustomerID"]:
                month = row["InvoiceDate"][5:7]
                bought[month][row["CustomerID"]].add(row["StockCode"])
                if month == "11":
                    lines[row["InvoiceNo"]].add(row["StockCode"])
    companions = find_companions(frozenset(basket) for basket in lines.values())
    times = defaultdict(int)
    for basket in lines.values():
        for sku in basket:
            times[sku] += 1
    best = sorted(times, key=lambda sku: (-times[sku], sku))

    hits = popular = people = 0
    for customer, later in bought["12"].items():
        owned = bought["11"].get(customer, set())
        suggested = {fit.sku for fit in companions.fitting(owned, limit=5)} if owned else set()
        if not suggested or not later - owned:
            continue
        people += 1
        hits += len(suggested & later)
        popular += len(set([sku for sku in best if sku not in owned][:5]) & later)
    print(f"{people} people: {hits} of the fitting, {popular} of the best-selling were bought")
    assert people > 200
    assert hits > popular
