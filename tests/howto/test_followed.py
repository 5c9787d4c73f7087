"""The pages on commands, addresses, checks, pages and trades, followed one after the other in one copy of the house."""

from __future__ import annotations

from pathlib import Path

from tests.howto.pages import PAGES, copy_repository, follow, run

TOGETHER = {
    "add-a-command.md": "command.py",
    "add-an-api-address.md": "address.py",
    "add-a-check.md": "check.py",
    "add-a-trade-playbook.md": "trade.py",
    "add-a-page.md": "page.py",
}
ELSEWHERE = {
    "add-a-channel.md",
    "add-a-room.md",
    "add-a-step.md",
    "add-a-condition.md",
    "add-an-entry.md",
    "add-a-trait.md",
}
LAWS = ("test_models.py", "test_folders.py", "test_sizes.py", "test_imports.py")


def test_what_the_pages_tell_is_all_there_is_to_do(tmp_path: Path):
    copy_repository(tmp_path)
    for page in TOGETHER:
        assert follow(page, tmp_path), f"{page} has no block that names its file"

    stories = [f"tests/howto/followed/{story}" for story in TOGETHER.values()]
    done = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", *stories, *(f"tests/rules/{law}" for law in LAWS))

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_page_is_followed_by_a_test():
    told = {page.name for page in PAGES.glob("*.md")} - {"README.md"}
    assert told == TOGETHER.keys() | ELSEWHERE
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parent.glob("test_*.py")
        if path.name != Path(__file__).name
    )
    assert [page for page in sorted(ELSEWHERE) if page not in tests] == []
