"""The check of purposes: each is named in every language the playbook writes to people in."""

from __future__ import annotations

from collections.abc import Iterator

from regard.kernel.issues import Issue, Level
from regard.playbooks.model import Playbook


def purpose_issues(playbook: Playbook) -> Iterator[Issue]:
    """Yield a warning for each purpose without a name, or without its why, in a language people are written to in."""
    home = playbook.company.language
    for name, purpose in playbook.purposes.items():
        for language in sorted(_languages_of(playbook) - {home}):
            words = purpose.translations.get(language)
            part = "name" if words is None else "why" if purpose.why and not words.why else ""
            if part:
                yield Issue(
                    f"purposes.{name}.translations",
                    f"has no {part} in '{language}'",
                    f"people who read '{language}' see it in another language where they choose what they get",
                    level=Level.WARNING,
                    code="missing_translation",
                )


def _languages_of(playbook: Playbook) -> set[str]:
    """Return the languages letters and wordings are written in."""
    letters = {language for t in playbook.templates.values() for language in t.letter}
    wordings = {w for p in playbook.purposes.values() for v in p.wordings for w in v.texts}
    return letters | wordings
