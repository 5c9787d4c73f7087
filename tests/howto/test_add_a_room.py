"""The page on rooms, followed to the letter: its folders and its lines are a whole room, with nothing else touched."""

from __future__ import annotations

from pathlib import Path

from tests.howto.pages import build, run

LISTS = {
    "src/regard/rooms.py",
    "src/regard/settings.py",
    "pyproject.toml",
    "src/regard/web/rooms.py",
    "src/regard/web/urls.py",
    "src/regard/api/app.py",
    "src/regard/cli/__init__.py",
}
LAWS = ("test_every_person_model_is_covered.py", "test_vocabulary.py", "test_folders.py", "test_sizes.py")


def test_the_room_of_the_page_is_written_waited_for_passed_on_exported_and_erased(tmp_path: Path) -> None:
    touched = build("add-a-room.md", tmp_path)

    made = run(tmp_path, "django", "makemigrations", "compliments", "--settings", "tests.settings")
    laws = [f"tests/rules/{law}" for law in LAWS]
    story = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", touched[-1], *laws)
    shown = run(
        tmp_path,
        "timeit",
        "-n",
        "1",
        "-r",
        "1",
        "-s",
        "import sys; sys.argv = ['regard', '--help']",
        "import regard.cli; regard.cli.main()",
    )

    own = {path for path in touched if "compliment" in path}
    assert set(touched) - own == LISTS  # nothing else in the house changes
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr[-2000:]
    assert story.returncode == 0, story.stdout[-4000:] + story.stderr[-2000:]
    assert "Compliments: list" in shown.stdout
