"""The pages about kinds are true: whoever writes what a page says, and nothing else, has a kind that everything knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.howto.pages import build, run

PAGES = {
    "add-a-step.md": "step.py",
    "add-a-condition.md": "condition.py",
    "add-an-entry.md": "entry.py",
    "add-a-trait.md": "trait.py",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_kind_made_by_its_page_alone_is_known_everywhere(page: str, tmp_path: Path):
    touched = build(page, tmp_path)
    assert touched, f"{page} has no block that names its file"

    story = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", f"tests/howto/followed/{PAGES[page]}")
    laws = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "tests/rules/test_kinds.py")

    assert story.returncode == 0, story.stdout[-4000:] + story.stderr[-2000:]
    assert laws.returncode == 0, laws.stdout[-4000:] + laws.stderr[-2000:]
