"""What has no rows is not computed, and a workbench may be used again: neither changes an answer."""

from __future__ import annotations

import pytest
from hypothesis import given

from regard.engine.bench.store import Workbench
from regard.engine.journeys import run as journeys
from regard.engine.journeys import tables as journey_tables
from regard.engine.journeys.run import Moved
from tests.engine.histories import LAW, happenings, history, words
from tests.engine.walking import told, walk


def answers(moved: Moved) -> tuple[list[object], list[object], list[object]]:
    return (
        told(moved.decisions.to_pylist()),
        sorted(tuple(str(v) for k, v in row.items() if k != "eid") for row in moved.enrolments.to_pylist()),
        sorted(tuple(row.values()) for row in moved.passages.to_pylist()),
    )


@LAW
@given(words, happenings)
def test_leaving_out_what_has_no_rows_changes_nothing(told_words, told_happenings):
    compiled, tables, _ = history(told_words, told_happenings)
    short = answers(walk(compiled, tables))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workbench, "all_empty", lambda *_: False)
        assert answers(walk(compiled, tables)) == short


@LAW
@given(words, happenings, words, happenings)
def test_a_workbench_used_again_remembers_nothing(first_words, first, told_words, told_happenings):
    before, others, _ = history(first_words, first)
    compiled, tables, _ = history(told_words, told_happenings)
    with Workbench() as bench:
        bench.expect_few_rows()
        journey_tables.lay_out(bench, others)
        journeys.move(bench, before)
        bench.clear()
        journey_tables.lay_out(bench, tables)
        assert answers(journeys.move(bench, compiled)) == answers(walk(compiled, tables))
