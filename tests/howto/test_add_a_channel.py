"""The page on channels, followed to the letter: its folder and its line are a whole channel, with nothing else touched."""

from __future__ import annotations

from pathlib import Path

from tests.howto.pages import build, run


def test_the_channel_of_the_page_is_loaded_claimed_handed_over_recorded_and_left(tmp_path: Path) -> None:
    touched = build("add-a-channel.md", tmp_path)

    story = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", touched[-1])
    laws = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "tests/rules/test_channels.py")

    assert touched == [
        "src/regard/playbooks/channels.py",
        "src/regard/act/channels/pigeon/__init__.py",
        "src/regard/act/channels/pigeon/carrier.py",
        "tests/stages/act/test_pigeon.py",
    ]
    assert story.returncode == 0, story.stdout[-4000:] + story.stderr[-2000:]
    assert laws.returncode == 0, laws.stdout[-4000:] + laws.stderr[-2000:]
