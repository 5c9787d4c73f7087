"""A user's mistake, told with its place, its level and what to do: collected, never raised one by one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad an issue is: an error refuses the thing, a warning is shown beside it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One mistake: `where` is a file, a path inside it or a row; `hint` says what to do about it."""

    where: str
    message: str
    hint: str = ""
    line: int | None = None
    level: Level = Level.ERROR
    code: str = "invalid"

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.level}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class Refused(Exception):
    """Something a person asked for cannot be done as it stands; carries every issue at once."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__("; ".join(str(issue) for issue in issues))
        self.issues = issues
