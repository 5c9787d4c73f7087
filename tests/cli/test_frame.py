"""The frame every command hangs in: quick help, codes of ending, words and data apart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from regard.cli import COMMANDS, app
from regard.cli.frame import FAILED, NOTHING, POLICY, STOPPED, USAGE, exit_code_of, run_guarded
from regard.kernel.issues import Issue
from tests.installation import Installation


def test_help_imports_no_command_and_no_django():
    code = (
        "import sys; from regard.cli import main; sys.argv = ['regard', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'rich', 'duckdb', 'pyarrow', 'pydantic')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_loads_and_helps(name: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        app([name, "--help"])
    assert ended.value.code == 0
    assert "Usage" in capsys.readouterr().out


def test_ctrl_c_ends_in_a_word_and_not_in_a_traceback(capsys: pytest.CaptureFixture[str]):
    def pressed() -> None:
        raise KeyboardInterrupt

    assert run_guarded(pressed) == STOPPED
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_busy_database_says_that_it_is_busy(capsys: pytest.CaptureFixture[str]):
    def held() -> None:
        raise OperationalError("database is locked")

    assert run_guarded(held) == FAILED
    assert "try again" in capsys.readouterr().err


def test_a_refusal_ends_with_the_code_of_its_kind():
    assert exit_code_of([Issue("x", "is not there", code="not_found")]) == NOTHING
    assert exit_code_of([Issue("x", "may not be", code="policy"), Issue("y", "is wrong")]) == POLICY
    assert exit_code_of([Issue("x", "is wrong")]) == FAILED
    assert exit_code_of([Issue("--map", "is wrong"), Issue("x", "is wrong")]) == USAGE
    assert exit_code_of([Issue("x", "is no file", code="usage")]) == USAGE


def test_wrong_use_ends_with_2_and_names_the_mistake(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    assert "No such command" in shop.run("nonsense", code=2).stderr
    assert "'maybe' is no kind of key" in shop.run("key", "create", "--kind", "maybe", code=2).stderr
    assert "ISO 8601" in shop.run("cycle", "--as-of", "yesterday", code=2).stderr


def test_a_fresh_folder_is_ready_for_any_command(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    made = shop.run("key", "create", "--kind", "write", "--json")
    assert json.loads(made.stdout)["key"].startswith("rgd_write_")
    assert made.stderr == ""
    listed = shop.json("key", "list")
    assert listed["version"] == 1
    assert "key" not in listed["items"][0]


def test_nothing_matched_is_3_and_a_word_on_stderr(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    done = shop.run("person", "show", "nobody@tideline.example", code=3)
    assert done.stdout == ""
    assert "nobody is known" in done.stderr


def test_a_playbook_with_typos_names_every_line_and_is_not_applied(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    file = tmp_path / "mine.yaml"
    file.write_text(
        shop.run("playbook", "export").stdout.replace("currency:", "curency:", 1).replace("time_zone:", "timezone:", 1)
    )
    done = shop.run("playbook", "apply", str(file), code=1)
    assert "did you mean 'currency'?" in done.stderr
    assert "did you mean 'time_zone'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(shop.json("playbook", "list")["items"]) == 1


def test_an_exported_playbook_is_edited_planned_and_applied(tmp_path: Path):
    shop = Installation(tmp_path / "shop")
    file = tmp_path / "mine.yaml"
    shop.run("playbook", "export", str(file))
    file.write_text(file.read_text().replace("name: Harbour Records\n", "name: Tideline Records\n", 1))
    assert "becomes 'Tideline Records'" in shop.run("playbook", "plan", str(file)).stdout
    assert shop.json("playbook", "apply", str(file))["is_new"]
    assert not shop.json("playbook", "apply", str(file))["is_new"]
    old = tmp_path / "old.yaml"
    old.write_text(file.read_text().replace(file.read_text().splitlines()[0], "# base: 000000000000"))
    old.write_text(old.read_text().replace("Tideline", "Lagoon"))
    assert "is active" in shop.run("playbook", "apply", str(old), code=4).stderr
    assert shop.json("playbook", "apply", str(old), "--over")["is_new"]
