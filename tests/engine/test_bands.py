"""The time of day that is asked first of who slid: it lets through everything any stretch holds."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regard.engine.bench.columnar import times_of
from regard.engine.bench.store import Workbench
from regard.engine.understanding.who_changes_with_time import _bands
from regard.kernel.instant import DAY_US, HOUR_US
from regard.kernel.sql import Sql

FIVE_MINUTES = HOUR_US // 12
lows = st.one_of(
    st.integers(-3, 20_000).map(lambda day: day * DAY_US + 11 * HOUR_US),
    st.integers(-3, 20_000).map(lambda day: day * DAY_US + 11 * HOUR_US + 1),
    st.integers(-(10**15), 2 * 10**15),
)
lengths = st.sampled_from([1, FIVE_MINUTES, HOUR_US, DAY_US - 1, DAY_US, 3 * DAY_US])
stretches = st.lists(st.tuples(lows, lengths), max_size=6)


def passing(bench: Workbench, found: Sql, times: list[int]) -> set[int]:
    bench.lay("log", pa.table({"origin": times, "occurred_at": times, "name": times}))
    bench.show("times", times_of("log"))
    rows = bench.take(Sql(f"SELECT occurred_at FROM times WHERE {found.text}", found.params))
    return set(rows.column("occurred_at").to_pylist())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(stretches, st.integers(0, 10**6))
def test_a_row_in_a_stretch_is_never_left_out(drawn, anywhere):
    times = [at for low, length in drawn for at in (low, low + length - 1, low + anywhere % length)]
    with Workbench(memory="200MB", threads=1) as bench:
        found = passing(bench, _bands({(low, low + length) for low, length in drawn}), times)
    assert found == set(times)


def test_windows_of_whole_days_ask_for_their_few_minutes_only():
    noon = 20_000 * DAY_US + 12 * HOUR_US
    swept = {(noon - days * DAY_US, noon - days * DAY_US + FIVE_MINUTES) for days in (7, 30, 365)}
    swept |= {(low + 1, high + 1) for low, high in swept}
    hours = [noon - 90 * DAY_US + hour * HOUR_US for hour in range(24)]
    with Workbench(memory="200MB", threads=1) as bench:
        assert passing(bench, _bands(swept), hours) == {noon - 90 * DAY_US}
