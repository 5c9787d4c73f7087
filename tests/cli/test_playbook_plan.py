"""`regard playbook plan` and `apply`: only what differs from the active playbook is named, and whom it touches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regard.cli import app
from regard.decide.services import let_in, run
from regard.versions.selectors import active_playbook
from tests.cast.people import a_person
from tests.cast.small import TASK, text_of

pytestmark = pytest.mark.django_db
WAIT = {"step": "pause", "do": "wait", "for": "9d"}
OTHER = {
    "name": "O",
    "owner": "maya",
    "entry": [{"on": "by_hand"}],
    "steps": [dict(WAIT), dict(TASK)],
    "exit_on": [{"touchpoint": "Never", "reason": "never"}],
}
TEXT = text_of(WAIT, TASK, entry={"on": "by_hand"}, more={"other": OTHER})


def run_command(capsys, *args: str) -> tuple[str, str]:
    with pytest.raises(SystemExit) as ended:
        app(["playbook", *args])
    assert ended.value.code in (0, None)
    shown = capsys.readouterr()
    return shown.out, shown.err


@pytest.fixture
def file(tmp_path: Path, capsys) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(TEXT)
    run_command(capsys, "apply", str(path))
    return path


def test_the_same_file_again_names_no_journey_before_and_after_a_cycle(file, capsys, as_of):
    assert run_command(capsys, "plan", str(file))[0] == ""
    run(as_of=as_of, upto=0, playbook=active_playbook().playbook)
    out, err = run_command(capsys, "plan", str(file))
    assert out == ""
    assert "Nothing differs" in err


def test_only_the_journey_that_changed_is_named_although_people_are_on_older_versions(file, capsys, as_of):
    person = a_person(now=as_of)
    for name in ("j", "other"):
        let_in(journey=name, person=person, playbook=active_playbook().playbook, by="t", now=as_of)
    run(as_of=as_of, upto=9**9, playbook=active_playbook().playbook)
    file.write_text(TEXT.replace("for: 9d", "for: 8d"))  # both
    run_command(capsys, "apply", str(file))
    file.write_text(file.read_text().replace("for: 8d", "for: 7d", 1))  # j

    out, _ = run_command(capsys, "plan", str(file))
    lines = [line for line in out.splitlines() if line.startswith("journey ")]
    assert lines == ["journey j changes: 1 inside, 1 finish on the version they began; with --move j 1 go along"]
    told = json.loads(run_command(capsys, "plan", str(file), "--json")[0])
    assert [row["journey"] for row in told["journeys"]] == ["j"]


def test_a_new_journey_and_one_that_goes_are_named(file, capsys):
    file.write_text(TEXT.replace("  other:", "  another:"))
    out, _ = run_command(capsys, "plan", str(file))
    named = {line.split(":")[0] for line in out.splitlines() if line.startswith("journey ")}
    assert named == {"journey another is new", "journey other is gone"}


def test_apply_says_what_it_did_in_words_and_as_json(file, capsys, as_of):
    person = a_person(now=as_of)
    let_in(journey="j", person=person, playbook=active_playbook().playbook, by="t", now=as_of)
    run(as_of=as_of, upto=9**9, playbook=active_playbook().playbook)
    file.write_text(TEXT.replace("for: 9d", "for: 8d", 1))
    out, err = run_command(capsys, "apply", str(file), "--move", "j", "--json")
    told = json.loads(out)
    assert told["moved"] == {"j": {"moved": 1, "left": 0, "stayed": 0}}
    assert (told["changes"] > 0, told["is_new"]) == (True, True)
    assert "1 moved along" in err
