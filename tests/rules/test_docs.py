"""Documentation is complete and true: every command, variable, kind and file it speaks of exists, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

from regard.cli import COMMANDS
from regard.cli.reference import pages, reasons
from regard.collect.vocabulary import CHANNELS
from regard.playbooks import conditions, traits
from regard.playbooks.model import Playbook
from regard.playbooks.reference.journeys import journey_reference
from regard.playbooks.reference.kinds import condition_reference, trait_reference
from tests.rules.sources import ROOT, modules, short

DOCS = ROOT / "docs"
ALL_PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


def every_word_of_the_docs() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in ALL_PAGES)


def test_the_pages_made_from_the_code_are_current():
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == pages(), "run 'make docs'"
    assert (DOCS / "reasons.md").read_text(encoding="utf-8") == reasons(), "run 'make docs'"
    reference = DOCS / "reference"
    conditions = (reference / "conditions.md").read_text(encoding="utf-8")
    assert conditions == condition_reference(), "run 'make docs'"
    journeys = (reference / "journeys.md").read_text(encoding="utf-8")
    assert journeys == journey_reference(), "run 'make docs'"
    assert (reference / "traits.md").read_text(encoding="utf-8") == trait_reference(), "run 'make docs'"


def test_every_kind_of_condition_and_trait_has_an_example():
    assert [kind for kind, model in conditions.NAMED.items() if not model.examples] == []
    assert [kind for kind, model in traits.NAMED.items() if not model.example] == []


def test_every_command_is_on_the_page():
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"regard {name}" not in text] == []


def test_every_environment_variable_is_on_the_settings_page():
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    read = {
        name
        for path in modules()
        for name in re.findall(r'environ(?:\.get|\.setdefault)?[\[(]\s*"([A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert {name for name in read if f"`{name}`" not in text} == set()
    assert read > {"REGARD_DATA", "DATABASE_URL"}


def test_every_section_of_a_playbook_is_in_the_docs():
    text = every_word_of_the_docs()
    assert [name for name in Playbook.model_fields if not re.search(rf"\b{name}\b", text)] == []


def test_every_channel_is_in_the_docs():
    text = every_word_of_the_docs()
    assert [value for value in CHANNELS if not re.search(rf"`{value}`", text)] == []


def test_every_link_leads_somewhere():
    broken = [f"{short(page)}: {link}" for page in ALL_PAGES for link in broken_links(page)]
    assert broken == []


def broken_links(page: Path) -> list[str]:
    """Links of a page to files that do not exist."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    return [link for link in inside if not (page.parent / link).exists()]


def test_every_file_named_exists():
    pattern = re.compile(r"`((?:src|tests|docs|benchmarks)/[\w./-]+\.(?:py|md|yaml|json))`")
    named = [(page, name) for page in ALL_PAGES for name in pattern.findall(page.read_text(encoding="utf-8"))]
    assert [f"{short(page)}: {name}" for page, name in named if not (ROOT / name).exists()] == []


def test_every_page_is_reached_from_the_first():
    start = (DOCS / "index.md").read_text(encoding="utf-8")
    unreached = [short(p) for p in DOCS.glob("*.md") if p.name != "index.md" and f"({p.name})" not in start]
    assert unreached == []
