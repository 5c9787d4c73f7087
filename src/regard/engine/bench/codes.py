"""Integer codes for the words of the log: names, channels, directions, actors, currencies. Codes are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from regard.playbooks.values.measures import Pick

KINDS = ("name", "channel", "direction", "actor", "currency")


@dataclass(slots=True)
class Codes:
    """Words by kind; a word's code is its place in the list."""

    words: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    _places: dict[str, dict[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = {kind: {word: i for i, word in enumerate(words)} for kind, words in self.words.items()}

    def code(self, kind: str, word: str) -> int:
        """Return the code of a word, adding it where it is new."""
        places = self._places[kind]
        code = places.get(word)
        if code is None:
            code = places[word] = len(places)
            self.words[kind].append(word)
        return code

    def known(self, kind: str, wanted: Iterable[str]) -> tuple[int, ...]:
        """Return the codes of those words that ever occurred."""
        places = self._places[kind]
        return tuple(places[word] for word in wanted if word in places)

    def picked_names(self, pick: Pick) -> tuple[int, ...]:
        """Return the codes of the names a filter picks."""
        if any("*" in name for name in pick.names):
            return tuple(i for i, word in enumerate(self.words["name"]) if pick.takes_name(word))
        return self.known("name", pick.names)
