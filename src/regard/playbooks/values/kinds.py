"""Which kind of thing a mapping is: named by the one key that only that kind has, such as `did` or `count`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of a registry, and the words for a mistake in choosing one."""

    word: str  # what each of them is: "condition"
    example: str  # one that is right, as it is written
    models: Mapping[str, type[BaseModel]]
    two: str  # what to do about a mapping that names two

    def of(self, value: Any) -> str:
        """Return the kind of a mapping, or of a model made of one. Raises ValueError that names the nearest kind."""
        if isinstance(value, BaseModel):
            return next(kind for kind, model in self.models.items() if type(value) is model)
        if not isinstance(value, dict):
            raise ValueError(f"a {self.word} is a mapping such as '{self.example}', not {value!r:.60}")
        found = [kind for kind in self.models if kind in value]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"'{found[0]}' and '{found[1]}' are two {self.word}s: {self.two}")
        near = [hit for key in value for hit in get_close_matches(str(key), self.models, n=1)]
        hint = f"did you mean '{near[0]}'?" if near else f"a {self.word} begins with one of {', '.join(self.models)}"
        raise ValueError(f"no {self.word} is called '{next(iter(map(str, value)), '')}': {hint}")

    def known(self, value: Any) -> Any:
        """Return the value as it is, once its kind is known. Raises ValueError as `of` does."""
        self.of(value)
        return value
