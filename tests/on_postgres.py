"""Which tests run on PostgreSQL too: all of the stages, the scenarios and the API, but for those named here.

Left out is what asks PostgreSQL nothing that another test has not asked: texts and files read in memory, DuckDB's own
sums, and laws that put the same queries to many made-up lives. Whatever is new runs on both, until it is named.
"""

from __future__ import annotations

FOLDERS = ("tests/stages/", "tests/scenarios/", "tests/api/")
MORE = (  # SQL of rooms outside of those folders
    "tests/imports/test_exports.py",
    "tests/imports/test_resume.py::test_stopping_after_every_chunk",
    "tests/sample/test_sample.py::test_loading_twice",
    "tests/web/test_customers_order.py::test_pages_put_together",
)
LEFT_OUT = {  # how a test's name begins -> why SQLite says all there is to say
    "tests/api/test_intake_envelope.py": "what intake takes is settled before a store is asked",
    "tests/api/test_openapi.py": "a description made from code",
    "tests/stages/act/test_any_order.py": "a law over the queries of test_claiming and test_meanwhile",
    "tests/stages/act/test_bases.py": "a law over the queries of test_sending",
    "tests/stages/act/test_mail_rules.py": "how a letter reads; it is kept as test_sending keeps one",
    "tests/stages/act/test_webhooks.py::test_every_retry_after": "a header read in memory",
    "tests/stages/act/test_webhooks.py::test_it_is_given_up_after_days": "the query of a try, ten times",
    "tests/stages/act/test_webhooks.py::test_what_cannot_pass_fails": "the answers differ, not what is kept of them",
    "tests/stages/act/test_webhooks.py::test_what_may_pass_is_tried": "the answers differ, not what is kept of them",
    "tests/stages/collect/importing/": "files become rows in memory",
    "tests/stages/collect/test_journal.py": "the journal is a SQLite file wherever the store is",
    "tests/stages/collect/test_limits.py": "read before a store is asked",
    "tests/stages/collect/test_times.py": "read before a store is asked",
    "tests/stages/collect/test_wire.py": "read before a store is asked",
    "tests/stages/decide/test_field_purpose.py": "the engine's; what it is fed is what test_every_kind reads",
    "tests/stages/decide/test_hours.py": "hours of the day are no query",
    "tests/stages/decide/test_inline_conditions.py": "the engine's; what it is fed is what test_every_kind reads",
    "tests/stages/decide/test_live_and_replayed.py::test_a_crowd": "the engine's; the tables are those of its neighbours",
    "tests/stages/decide/test_live_and_replayed.py::test_it_decides": "many made-up days; its neighbours ask each table",
    "tests/stages/decide/test_moving.py::test_whatever_is_edited": "a law over the queries of its neighbours",
    "tests/stages/decide/test_quiet.py": "the engine's; what it is fed is what test_guardrails reads",
    "tests/stages/decide/test_replay_membership.py::test_it_equals": "many made-up days; its neighbours ask each table",
    "tests/stages/decide/test_steering.py::test_law": "a law over the queries of its neighbours",
    "tests/stages/decide/test_stored_cycles.py::test_a_made_up_month": "the lived month beside it asks the same",
    "tests/stages/decide/test_stored_cycles.py::test_law": "the lived month beside it asks the same",
    "tests/stages/understand/test_few.py::test_both_logs": "many made-up lives; test_law asks each table",
    "tests/stages/understand/test_workbench.py": "DuckDB's own files",
    "tests/stages/versions/test_kept_lines.py": "a text and its lines",
}


def runs_on_postgres(test: str) -> bool:
    """Say whether a test, by its full name, is one of those that `make test-postgres` runs."""
    if test.startswith(MORE):
        return True
    return test.startswith(FOLDERS) and not test.startswith(tuple(LEFT_OUT))
