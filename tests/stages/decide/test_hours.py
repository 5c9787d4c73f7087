"""Hours by the receiver's own clock, through both changes of the clock (promise C4)."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from regard.decide.facts.hours import openings, zone_key, zones_of_country
from regard.engine.journeys.instructions import compile_program
from regard.engine.journeys.tables import program_tables
from regard.kernel.instant import from_us, to_us
from regard.playbooks.company import Company
from regard.playbooks.guardrails import QuietHours
from regard.playbooks.load import load_playbook
from regard.versions.selectors import shipped_text

ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Santiago",
    "Asia/Tehran",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
    "UTC",
)
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 2, 5, tzinfo=UTC))  # 400 days
COMPANY = Company.model_validate(
    {
        "name": "T",
        "time_zone": "Europe/London",
        "country": "GB",
        "currency": "EUR",
        "postal_address": "1 Test Street",
        "senders": {"m": {"name": "Maya Lindqvist", "email": "m@example.org"}},
        "unknown_zones": ["Europe/London", "America/Los_Angeles"],
    }
)


def hours(key: str, quiet: QuietHours) -> list[tuple[int, int]]:
    found = openings([key], quiet, COMPANY, from_us=to_us(YEAR[0]), to_us=to_us(YEAR[1]))
    return [(opens, closes) for _, opens, closes in found]


def quiet(start: str, end: str, **more: object) -> QuietHours:
    return QuietHours.model_validate({"from": start, "to": end, **more})


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("start", "end"),
    [("20:00", "09:00"), ("02:30", "05:00"), ("01:30", "02:15"), ("22:00", "02:30")],
)
def test_a_window_is_never_open_when_the_wall_clock_says_quiet(zone, start, end):
    limits = quiet(start, end)
    for opens, closes in hours(zone, limits):
        at = from_us(opens)
        while to_us(at) < closes:
            wall = at.astimezone(ZoneInfo(zone))
            assert not is_quiet(wall.hour * 60 + wall.minute, limits), (zone, wall)
            at += timedelta(minutes=15)


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_has_its_hours_and_none_twice(zone):
    windows = hours(zone, quiet("20:00", "09:00"))
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(windows))
    local = [from_us(opens).astimezone(ZoneInfo(zone)).date() for opens, _ in windows]
    assert len(local) == len(set(local)) >= 400


def test_an_unknown_zone_is_open_only_where_all_of_the_list_are():
    windows = hours("?", quiet("20:00", "09:00"))
    for opens, closes in windows[:40]:
        for zone in COMPANY.unknown_zones:
            assert 9 <= from_us(opens).astimezone(ZoneInfo(zone)).hour < 20
            assert from_us(closes - 1).astimezone(ZoneInfo(zone)).hour < 20


def test_a_country_stands_for_all_its_zones():
    assert zone_key(None, "us") == "?US"
    assert "Pacific/Honolulu" in zones_of_country("US")
    assert zone_key("Mars/Olympus", None) == "?"
    assert zone_key("Europe/Berlin", "US") == "Europe/Berlin"


def test_days_of_rest_stay_closed():
    windows = hours("Europe/Berlin", quiet("20:00", "09:00", days=["mon", "tue", "wed", "thu", "fri"]))
    assert {from_us(o).astimezone(ZoneInfo("Europe/Berlin")).weekday() for o, _ in windows} == {
        0,
        1,
        2,
        3,
        4,
    }


def is_quiet(minute: int, limits: QuietHours) -> bool:
    if limits.start > limits.end:
        return minute >= limits.start or minute < limits.end
    return limits.start <= minute < limits.end


def test_a_date_to_wait_for_begins_at_midnight_of_the_company():
    text = shipped_text().replace("do: wait, for: 21d", "do: wait, until_date: 2026-07-01")
    playbook = load_playbook(text).playbook
    tables = program_tables(compile_program(playbook), forbidden={}, marks={})

    rows = [r for r in tables["instruction"].to_pylist() if r["step"] == "settle-in"]

    assert [r["until_us"] for r in rows] == [to_us(datetime(2026, 6, 30, 23, tzinfo=UTC))]
