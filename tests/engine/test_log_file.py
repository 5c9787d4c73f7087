"""`regard segment people FILE.yaml#NAME --log FILE.ndjson`: a segment over a file, with no database and no Django."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from regard.understand.from_file.reading import read_log_lines

SEGMENTS = """
traits:
  orders: {count: Order Completed}
segments:
  repeat: {who: {trait: orders, at_least: 2}}
  spent: {who: {did: Order Completed, where: [{fact: value, at_least: 20}]}}
  british: {who: {field: country, is: GB}}
  agreed: {who: {consent: offers, channel: email}}
purposes:
  offers: {name: Offers, basis: consent, channels: [email], wordings: [{version: "1", texts: {en: Yes}}]}
"""


def line(type_: str, *, at: str = "2026-11-14T10:00:00Z", **more) -> str:
    return json.dumps({"type": type_, "timestamp": at, **more})


def ordered(who: str, number: int, total: object = 10, **more) -> str:
    return line(
        "track",
        event="Order Completed",
        userId=who,
        messageId=f"{who}{number}",
        properties={"total": total},
        **more,
    )


def run(tmp_path, name: str, lines: list[str], *more: str) -> tuple[int, dict, str]:
    """Run the command in a process of its own that may not import Django."""
    (tmp_path / "s.yaml").write_text(SEGMENTS)
    (tmp_path / "log.ndjson").write_text("\n".join(lines) + "\n")
    guard = "import sys; sys.modules['django'] = None; from regard.cli import main; main()"
    args = [
        "segment",
        "people",
        f"s.yaml#{name}",
        "--log",
        "log.ndjson",
        "--as-of",
        "2026-11-16T12:00Z",
        "--json",
        *more,
    ]
    done = subprocess.run(
        [sys.executable, "-c", guard, *args],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_people_of_a_segment_over_a_file(tmp_path):
    lines = [ordered("ana", 1), ordered("ben", 1), ordered("ben", 2), ordered("ben", 2)]
    code, found, errors = run(tmp_path, "repeat", lines)
    assert (code, errors) == (0, "")
    assert found["items"] == [{"person": "ben", "because": "orders 2"}]
    assert (found["count"], found["of"], found["as_of"]) == (1, 2, "2026-11-16T12:00:00Z")


def test_lines_that_cannot_be_read_are_named_and_cost_nothing_else(tmp_path):
    lines = [
        "nonsense",
        "[]",
        '{"type":"track"}',
        ordered("ben", 1),
        ordered("ben", 2, total="free"),
        line("sing", userId="x"),
        '{"a":' * 500,
    ]
    code, found, errors = run(tmp_path, "repeat", lines)
    assert code == 0
    assert [item["person"] for item in found["items"]] == ["ben"]
    for said in (
        "log.ndjson:1: warning: not JSON",
        "log.ndjson:3: warning: it has no time",
        "log.ndjson:5: warning: 'total' is no number",
    ):
        assert said in errors


def test_a_segment_that_is_not_there_ends_with_code_3_and_the_nearest_name(tmp_path):
    code, found, errors = run(tmp_path, "repeet", [ordered("ben", 1)])
    assert (code, found) == (3, {})
    assert "did you mean 'repeat'?" in errors


def test_a_log_that_is_not_there_is_told_in_a_line(tmp_path):
    code, _, errors = run(tmp_path, "repeat", [], "--log", "nowhere.ndjson")
    assert code == 1
    assert errors.startswith("nowhere.ndjson: error: cannot be read")


def people(lines: list[str]) -> list[str]:
    log, _ = read_log_lines(lines, currency="USD", where="log")
    return sorted(log.names().values())


def test_an_anonymous_id_belongs_to_the_user_it_was_first_seen_with():
    lines = [
        line("track", event="Seen", anonymousId="a"),
        line("identify", userId="ana", anonymousId="a"),
        line("identify", userId="ben", anonymousId="a"),
    ]
    assert people(lines) == ["ana", "ben"]


def test_an_alias_joins_an_anonymous_id_and_never_two_users():
    lines = [
        line("track", event="Seen", anonymousId="a"),
        line("alias", userId="ana", previousId="a"),
        line("alias", userId="ana", previousId="ben"),
        line("track", event="Seen", userId="ben"),
    ]
    assert people(lines) == ["ana", "ben"]


@pytest.mark.parametrize("junk", ["null", "undefined", "0", "", None, "[object Object]"])
def test_junk_ids_are_nobody(junk):
    assert people([line("track", event="Seen", userId=junk)]) == []


def test_fields_and_consents_are_read_from_the_log(tmp_path):
    lines = [
        line("identify", userId="ana", messageId="1", traits={"country": "GB"}),
        line(
            "track",
            userId="ana",
            messageId="2",
            event="Consent Granted",
            properties={"purpose": "offers", "channel": "email"},
        ),
        line("identify", userId="ben", messageId="3", traits={"country": "FR"}),
    ]
    assert [i["person"] for i in run(tmp_path, "british", lines)[1]["items"]] == ["ana"]
    assert [i["person"] for i in run(tmp_path, "agreed", lines)[1]["items"]] == ["ana"]
