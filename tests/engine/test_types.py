"""What null, missing and wrong types mean: the written rules of docs/segments.md, one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regard.kernel.instant import DAY_US, to_us
from regard.playbooks.values.windows import Clock
from tests.engine.benches import playbook_of, understand
from tests.engine.oracle import Touch, World

NOW = to_us(datetime(2026, 11, 16, 12, tzinfo=UTC))
HEAD = "playbook: 1\nname: h\ncompany: {name: W, time_zone: UTC, country: GB, currency: USD, postal_address: x, senders: {}}\n"


def trait(definition: str, *touches: Touch, moved=None) -> object:
    rows, _ = understand(
        playbook_of(f"{HEAD}traits: {{x: {definition}}}"),
        World([1], list(touches), moved or {}),
        Clock(NOW),
    )
    return rows[1]["t_x"]


def holds(condition: str, *touches: Touch, fields=()) -> bool:
    rows, _ = understand(
        playbook_of(f"{HEAD}segments: {{x: {{who: {condition}}}}}"),
        World([1], list(touches), fields=list(fields)),
        Clock(NOW),
    )
    return rows[1]["s_x"]


def order(seq: int, value: int | None = None, days: float = 1, **more) -> Touch:
    return Touch(seq, 1, NOW - int(days * DAY_US), "Order", value=value, **more)


def seen(seq: int, **properties) -> Touch:
    return Touch(seq, 1, NOW - seq, "Seen", properties=properties)


def told(name: str, *values) -> list[tuple]:
    return [(10 + i, 1, NOW - 100 + i, name, value) for i, value in enumerate(values)]


def test_a_count_of_nothing_is_zero_and_a_sum_of_nothing_is_missing():
    assert trait("{count: Order}") == 0
    assert trait("{distinct: plan, over: Order}") == 0
    for kind in ("sum", "average", "smallest", "largest", "first", "last"):
        assert trait(f"{{{kind}: value, over: Order}}") is None
    for kind in ("days_since", "rhythm", "silence"):
        assert trait(f"{{{kind}: Order}}") is None
    assert trait("{last_n: plan, over: Order}") is None


def test_a_missing_value_is_left_out_and_zero_is_a_value():
    assert trait("{average: value, over: Order}", order(1, 100), order(2, None), order(3, 0)) == 50


def test_an_average_of_money_is_rounded_half_away_from_zero():
    assert trait("{average: value, over: Order}", order(1, 1), order(2, 2)) == 2
    assert trait("{average: value, over: Order}", order(1, -1), order(2, -2)) == -2


def refund(seq: int, value: int | None, days: float = 1, **more) -> Touch:
    return Touch(seq, 1, NOW - int(days * DAY_US), "Refund", value=value, **more)


def test_money_given_back_is_taken_off_whichever_sign_it_was_told_with():
    net = "{sum: value, over: Order, less: Refund}"
    assert trait(net, order(1, 5000), refund(2, 1000), refund(3, -500)) == 3500
    assert trait(net, order(1, 5000), refund(2, 6000)) == -1000
    assert trait(net, order(1, 5000), refund(2, None), refund(3, 700, currency="EUR")) == 5000
    assert trait(net, refund(1, 1000)) is None  # nothing was ever sold: there is no sum to take it off
    lately = "{sum: value, over: Order, less: Refund, within: 30 days}"
    assert trait(lately, order(1, 5000, days=40), order(2, 100), refund(3, 30, days=29)) == 70
    assert trait(lately, order(1, 5000), refund(2, 1000, days=31)) == 5000


def test_what_is_taken_off_must_be_money():
    with pytest.raises(AssertionError, match="less"):
        trait("{sum: seats, over: Order, less: Refund}")


def test_money_in_another_currency_is_never_summed():
    assert (
        trait(
            "{sum: value, over: Order}",
            order(1, 500),
            order(2, 700, currency="EUR"),
            order(3, 1, currency=""),
        )
        == 501
    )


def test_a_sum_past_64_bits_is_missing_not_wrong():
    assert trait("{sum: value, over: Order}", *(order(n, 2**62) for n in range(1, 5))) is None


@pytest.mark.parametrize(
    ("told", "number"),
    [
        (3, 3.0),
        ("3", 3.0),
        (" 3.5 ", 3.5),
        ("1e2", 100.0),
        (2.0000005, 2.000001),
        ("free", None),
        (True, None),
        (None, None),
        ([3], None),
        ({"n": 3}, None),
        ("0x10", None),
        ("1_000", None),
        ("1,5", None),
        ("nan", None),
        ("Infinity", None),
        (10**13, None),
        ("", None),
    ],
)
def test_what_reads_as_a_number(told, number):
    assert trait("{largest: seats, over: Seen}", seen(1, seats=told)) == number


def test_a_path_through_a_list_takes_every_element_and_leaves_out_wrong_ones():
    basket = seen(1, products=[{"price": 2}, {"price": "free"}, {"price": "3.5"}, {}, "not a product", None])
    assert trait("{sum: 'products[].price', over: Seen}", basket) == 5.5
    assert trait("{sum: 'products[].price', over: Seen}", seen(1, products={"price": 2})) is None


def test_text_numbers_and_booleans_compare_by_what_is_asked():
    assert holds("{field: seats, is: 3}", fields=told("seats", "3"))
    assert holds("{field: seats, is: '3'}", fields=told("seats", 3))
    assert holds("{field: vip, is: true}", fields=told("vip", True))
    assert not holds("{field: plan, is: pro}", fields=told("plan", "Pro"))
    assert not holds("{field: seats, at_least: 1}", fields=told("seats", "many"))


@pytest.mark.parametrize(
    "condition",
    [
        "is: x",
        "one_of: [x]",
        "contains: x",
        "at_least: 1",
        "matches: x",
        "before: 2030-01-01",
        "older_than: 1 day",
        "exists: true",
    ],
)
def test_nothing_holds_of_a_missing_value(condition):
    assert not holds(f"{{field: plan, {condition}}}")


@pytest.mark.parametrize("condition", ["is_not: x", "none_of: [x]", "exists: false"])
def test_only_negations_hold_of_a_missing_value(condition):
    assert holds(f"{{field: plan, {condition}}}")


def test_none_is_the_exact_opposite_of_any_also_where_values_are_missing():
    for condition in (
        "field: plan, is: x",
        "field: plan, is_not: x",
        "field: seats, at_least: 1",
        "did: Order",
    ):
        assert holds(f"{{none: [{{{condition}}}]}}") != holds(f"{{{condition}}}")


def test_a_field_taken_away_is_missing_and_told_again_is_there():
    assert not holds("{field: plan, exists: true}", fields=told("plan", "pro", None))
    assert holds("{field: plan, is: free}", fields=told("plan", "pro", None, "free"))


def test_the_first_telling_of_a_field_is_no_change():
    assert not holds("{field: plan, changed_within: 1 day}", fields=told("plan", "pro", "pro"))
    assert holds("{field: plan, changed_within: 1 day}", fields=told("plan", "pro", "free"))


@pytest.mark.parametrize(
    "date",
    ["2026-11-18", "2026-11-18T12:00:00Z", "2026-11-18T13:00:00+01:00", "2026-11-18 12:00:00"],
)
def test_dates_read_as_iso_8601_and_without_zone_as_utc(date):
    assert holds("{field: ends, in_next: 2 days}", fields=told("ends", date))
    assert not holds("{field: ends, in_next: 1 day}", fields=told("ends", date))


@pytest.mark.parametrize("date", ["soon", "18.11.2026", "2026-13-45", "", 1_763_000_000])
def test_what_is_no_date_is_missing(date):
    assert not holds("{field: ends, in_next: 9000 days}", fields=told("ends", date))


def test_a_list_passes_when_any_element_does_and_a_negation_when_none_does():
    basket = Touch(1, 1, NOW, "Order", properties={"products": [{"genre": "Jazz"}, {"genre": "Folk"}]})
    where = "{did: Order, where: [{property: 'products[].genre', %s}]}"
    assert holds(where % "is: Jazz", basket)
    assert not holds(where % "is_not: Jazz", basket)
    assert holds(where % "is_not: Rock", basket)
    assert holds(where % "exists: true", basket)
    assert not holds(where % "exists: true", Touch(1, 1, NOW, "Order", properties={"products": []}))


def test_a_ratio_of_nothing_or_by_nothing_is_missing():
    text = HEAD + "traits: {a: {sum: value, over: Order}, b: {count: Seen}, x: {ratio: [a, b]}}"
    rows, _ = understand(playbook_of(text), World([1], [order(1, 5)]), Clock(NOW))
    assert rows[1]["t_x"] is None


def test_a_rhythm_needs_three_days_and_two_orders_of_one_day_are_one():
    assert trait("{rhythm: Order}", order(1, days=0), order(2, days=10)) is None
    assert trait("{rhythm: Order}", order(1, days=0), order(2, days=10), order(3, days=10.1)) is None
    assert trait("{rhythm: Order}", order(1, days=0), order(2, days=10), order(3, days=40)) == 10
    assert trait("{silence: Order}", order(1, days=30), order(2, days=40), order(3, days=50)) == 3.0


def test_among_equals_the_value_seen_last_then_the_first_in_the_alphabet():
    assert trait("{most_frequent: plan, over: Seen}", seen(1, plan="b"), seen(2, plan="a")) == "b"
    same = [Touch(n, 1, NOW, "Seen", properties={"plan": plan}) for n, plan in ((1, "b"), (2, "a"))]
    assert trait("{most_frequent: plan, over: Seen}", *same) == "a"


def test_two_touchpoints_of_one_instant_are_ordered_by_number():
    same = [Touch(n, 1, NOW, "Seen", properties={"plan": plan}) for n, plan in ((1, "first"), (2, "second"))]
    assert trait("{first: plan, over: Seen}", *same) == "first"
    assert trait("{last: plan, over: Seen}", *reversed(same)) == "second"


def test_scores_give_equal_values_equal_parts_and_the_best_the_highest():
    text = HEAD + "traits: {n: {count: Order}, x: {score: n, parts: 5, among: {trait: n, at_least: 1}}}"
    log = [Touch(100 * p + k, p, NOW - k, "Order") for p in range(1, 7) for k in range(1 if p < 5 else p)]
    rows, _ = understand(playbook_of(text), World(list(range(1, 8)), log), Clock(NOW))
    assert [rows[p]["t_x"] for p in range(1, 8)] == [1, 1, 1, 1, 5, 5, None]
