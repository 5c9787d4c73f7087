"""Dates and numbers in every way of writing come back as what they were, or are refused with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.collect.importing.dates import DateFormat, DateReader, guess_dates
from regard.collect.importing.numbers import NumberFormat, NumberReader, guess_numbers
from regard.kernel.instant import to_us

DAYS = st.dates(date(1950, 1, 1), date(2080, 12, 31))
WRITTEN = {
    "iso": lambda d: d.isoformat(),
    "dmy": lambda d: f"{d.day:02d}.{d.month:02d}.{d.year}",
    "mdy": lambda d: f"{d.month}/{d.day}/{d.year}",
    "ymd": lambda d: f"{d.year}/{d.month}/{d.day}",
    "words": lambda d: d.strftime("%d %B %Y"),
}


def noon(day: date, zone: str = "UTC") -> int:
    assert zone == "UTC"
    return to_us(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


@pytest.mark.parametrize("order", WRITTEN)
@given(day=DAYS)
def test_a_day_written_in_any_order_is_read_as_that_day(order: str, day: date) -> None:
    assert DateReader(DateFormat(order), "UTC")(WRITTEN[order](day)) == noon(day)


@pytest.mark.parametrize("order", WRITTEN)
@given(days=st.lists(DAYS.filter(lambda d: d.day > 12), min_size=3, max_size=30))
def test_the_order_is_found_where_days_beyond_twelve_tell_it(order: str, days: list[date]) -> None:
    guess = guess_dates([WRITTEN[order](day) for day in days])
    assert guess is not None
    assert (guess.order, guess.is_guess) == (order, False)


def test_a_sample_that_fits_both_orders_is_a_guess_and_says_so() -> None:
    assert guess_dates(["03/04/2025", "01/02/2025"]) == DateFormat("dmy", is_guess=True)


def test_one_day_beyond_twelve_decides_for_the_whole_column() -> None:
    assert guess_dates(["03/04/2025", "01/22/2025"]) == DateFormat("mdy")
    assert guess_dates(["03/04/2025", "22/01/2025"]) == DateFormat("dmy")


@pytest.mark.parametrize(
    ("order", "text", "instant"),
    [
        ("dmy", "31.12.2025 23:59", "2025-12-31T23:59:00+00:00"),
        ("dmy", "1.2.99", "1999-02-01T12:00:00+00:00"),
        ("mdy", "12/31/2025 11:05 PM", "2025-12-31T23:05:00+00:00"),
        ("mdy", "1/5/2025 12:10 am", "2025-01-05T00:10:00+00:00"),
        ("iso", "2025-03-30T10:15:00+02:00", "2025-03-30T08:15:00+00:00"),
        ("iso", "2025-03-30 10:15:00", "2025-03-30T10:15:00+00:00"),
        ("words", "Mar 12, 2024", "2024-03-12T12:00:00+00:00"),
        ("words", "12 März 2024 09:30", "2024-03-12T09:30:00+00:00"),
        ("seconds", "1700000000", "2023-11-14T22:13:20+00:00"),
        ("milliseconds", "1700000000000", "2023-11-14T22:13:20+00:00"),
    ],
)
def test_times_are_read(order: str, text: str, instant: str) -> None:
    assert DateReader(DateFormat(order), "UTC")(text) == to_us(datetime.fromisoformat(instant))


def test_a_time_without_a_zone_is_the_companys() -> None:
    assert DateReader(DateFormat("iso"), "Europe/London")("2025-07-01 12:00") == to_us(
        datetime(2025, 7, 1, 11, tzinfo=UTC)
    )


@pytest.mark.parametrize("text", ["31.02.2025", "2025-13-01", "soon", "32.1.2025", "1.1.202", "0.0.2025"])
def test_what_is_no_date_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date written day, month, year"):
        DateReader(DateFormat("dmy"), "UTC")(text)


AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


def written(amount: Decimal, decimal: str, thousands: str) -> str:
    text = f"{amount:,.2f}"
    return text.replace(",", "T").replace(".", decimal).replace("T", thousands)


@given(
    amount=AMOUNTS,
    form=st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", ""), (",", "")]),
)
def test_an_amount_comes_back_from_any_way_of_writing(amount: Decimal, form: tuple[str, str]) -> None:
    read = NumberReader(NumberFormat(*form))
    assert Decimal(read(written(amount, *form))) == amount


@given(
    amounts=st.lists(AMOUNTS, min_size=1, max_size=30),
    form=st.sampled_from([(".", ","), (",", ".")]),
)
def test_two_decimals_are_enough_to_tell_comma_from_point(amounts: list[Decimal], form: tuple[str, str]) -> None:
    texts = [written(amount, *form) for amount in amounts]
    guess = guess_numbers(texts)
    assert (guess.decimal, guess.is_guess) == (form[0], False)
    assert [Decimal(NumberReader(guess)(text)) for text in texts] == amounts


def test_three_digits_after_one_mark_are_a_guess_and_say_so() -> None:
    assert guess_numbers(["1,234", "5,678"]) == NumberFormat(".", ",", is_guess=True)
    assert guess_numbers(["1.234", "5,5"]) == NumberFormat(",", ".")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$12.50", "12.50"),
        ("12.50 EUR", "12.50"),
        ("(12.50)", "-12.50"),
        ("12.50-", "-12.50"),
        ("\u221212.50", "-12.50"),
        ("$-3", "-3"),
        (" 7 ", "7"),
        (".5", ".5"),
        ("4.44e-16", "4.44e-16"),
    ],
)
def test_signs_and_brackets_are_read(text: str, number: str) -> None:
    assert NumberReader(NumberFormat())(text) == number


def test_a_number_of_the_other_way_of_writing_is_refused_not_bent() -> None:
    for text in ("1,50", "1,234.50", "12,34"):
        with pytest.raises(ValueError, match="does not fit numbers with decimal point"):
            NumberReader(NumberFormat())(text)
    with pytest.raises(ValueError, match="decimal comma"):
        NumberReader(NumberFormat(",", "."))("1.50")


@pytest.mark.parametrize("text", ["", "abc", "1 2 3 x", "--5", "NaN", "inf", "1e999999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        NumberReader(NumberFormat())(text)
