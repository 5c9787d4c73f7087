"""The shipped retail playbook over real histories: what an analyst would check first (docs/retail-reading.md)."""

from __future__ import annotations

from importlib.resources import files

import pytest

from regard.kernel.instant import to_us
from regard.playbooks.values.windows import Clock
from tests.engine.benches import playbook_of, understand
from tests.engine.real_orders import cdnow, grocery, online_retail

RETAIL = playbook_of((files("regard.shipped") / "retail.yaml").read_text(encoding="utf-8"))


def read(world, end) -> list[dict]:
    rows, _ = understand(RETAIL, world, Clock(to_us(end), RETAIL.company.time_zone))
    return list(rows.values())


def share(rows: list[dict], segment: str) -> float:
    return sum(row[f"s_{segment}"] for row in rows) / len(rows)


def revenue(rows: list[dict], segment: str) -> float:
    spent = [(row["t_lifetime_value"] or 0, row[f"s_{segment}"]) for row in rows]
    return sum(value for value, inside in spent if inside) / sum(value for value, _ in spent)


@pytest.fixture(scope="module")
def music():
    return read(*cdnow())


def test_the_cdnow_tenth_is_counted_as_published(music):
    assert len(music) == 2357
    assert sum(row["t_order_count"] for row in music) == 6919
    assert sum(row["t_lifetime_value"] for row in music) == 244_091_94


def test_high_value_is_a_fifth_of_cdnow_and_two_thirds_of_its_revenue(music):
    assert 0.15 <= share(music, "high-value") <= 0.2
    assert 0.6 <= revenue(music, "high-value") <= 0.7
    assert all(row["t_order_count"] >= 2 for row in music if row["s_high-value"])


def test_half_of_cdnow_ordered_once_and_never_again(music):
    assert share(music, "one-and-done") == pytest.approx(0.511, abs=0.005)
    assert revenue(music, "one-and-done") < 0.2


def test_every_cdnow_customer_is_on_exactly_one_track(music):
    assert all(sum(row[f"s_{s}"] for s in ("new", "active", "slipping", "lapsed", "won-back")) == 1 for row in music)


def test_nobody_is_delighted_who_never_said_so(music):
    assert not any(row["s_delighted"] for row in music)


def test_five_weeks_of_a_wholesaler_are_too_short_for_tracks(real_data):
    rows = read(*online_retail(real_data))
    assert share(rows, "new") == 1.0  # nobody can be known longer than the data
    assert 0.1 <= share(rows, "high-value") <= 0.2
    assert revenue(rows, "high-value") > 0.45


def test_a_grocers_households_have_rhythms(real_data):
    rows = read(*grocery(real_data))
    known = [row["t_rhythm_days"] for row in rows if row["t_rhythm_days"] is not None]
    assert len(known) / len(rows) > 0.85
    assert 7 <= sorted(known)[len(known) // 2] <= 21
    assert share(rows, "lapsed") < 0.2
    assert share(rows, "one-and-done") < 0.05
