"""Reading the log back: pages of a timeline, one touchpoint by its id, counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regard.collect.selectors import (
    _read_mark,
    find_touchpoint,
    names_of,
    tally,
    timeline_page,
    touchpoints_after,
)
from regard.collect.services import record
from tests.cast.log import a_source, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_ana() -> list[int]:
    """Five touchpoints of origins 7 and 8, two at the same moment; one of somebody else."""
    source = a_source()
    days = [0, 1, 1, 3, 2]
    told = [message(source=source, user="ana", days=day, message_id=f"m{n}") for n, day in enumerate(days)]
    other = message(source=source, user="ben", message_id="other", name="Order Completed")
    recorded = record([*told, other], [7, 7, 8, 8, 7, 9])
    return [row.seq for row in recorded[:5]]


def test_pages_follow_each_other_newest_first_and_miss_nobody(of_ana: list[int]):
    seen, older = [], None
    for _ in range(3):
        page = timeline_page([7, 8], limit=2, older=older)
        seen += [row.message_id for row in page.rows]
        older = page.older
    assert older is None
    assert seen == ["m3", "m4", "m2", "m1", "m0"]


def test_a_page_of_one_name(of_ana: list[int]):
    assert timeline_page([7, 8], name="Order Completed").rows == []
    assert [row.message_id for row in timeline_page([9], name="Order Completed").rows] == ["other"]


def test_a_mark_that_is_none_is_read_as_the_start(of_ana: list[int]):
    for mark in ("", "x", "1", "1.x", "٣.٣", "9" * 50 + ".1", "-", "1.2.3"):
        assert len(timeline_page([7, 8], older=mark).rows) == 5


@given(st.text())
def test_no_mark_is_an_error(mark: str):
    read = _read_mark(mark)
    assert read is None or all(abs(number) < 10**18 for number in read)


def test_the_log_behind_a_number(of_ana: list[int]):
    assert [row.message_id for row in touchpoints_after(of_ana[2])] == ["m3", "m4", "other"]
    assert [row.message_id for row in touchpoints_after(of_ana[2], limit=1)] == ["m3"]


def test_a_touchpoint_by_its_id(of_ana: list[int]):
    row = timeline_page([7]).rows[0]
    assert find_touchpoint(row.id) == row
    assert find_touchpoint(row.id[:-1] + ("0" if row.id[-1] != "0" else "1")) != row
    assert find_touchpoint("tp_nonsense") is None
    assert find_touchpoint("per_" + row.id[3:]) is None


def test_counts(of_ana: list[int]):
    found = tally([7, 8])
    assert found.count == 5
    assert (found.last_at - found.first_at).days == 3
    assert names_of([7, 8, 9]) == {"Page Viewed": 5, "Order Completed": 1}
    assert tally([99]).count == 0
