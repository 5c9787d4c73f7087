"""What every step kind shares: its name, what it does in one sentence, and the plain terms it compiles to.

A kind is one file with one class. `op` says which of the engine's five moves carries it out; `terms()` are the values
that move needs, by the column names of the compiled instruction; `arms()` are the lists of steps nested inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, get_args

from regard.playbooks.values.base import Part, Slug
from regard.playbooks.values.recall import Recall


class Op(StrEnum):
    """The engine's five moves; every step kind is one of them, or two in a row."""

    ACT = "act"
    WAIT = "wait"
    AWAIT = "await"
    BRANCH = "branch"
    EXIT = "exit"


class Arm(NamedTuple):
    """A nested list of steps: under which words, and for a branch under which condition or share."""

    label: str
    steps: tuple[Step, ...]
    when: Recall | None = None
    share: float | None = None


class Step(Part):
    """One step of a journey. `step` is its name: unique in the journey, kept through edits, shown to people."""

    op: ClassVar[Op]
    leaves: ClassVar[tuple[str, ...]] = ()  # the touchpoints its carrying out leaves in the log
    is_message: ClassVar[bool] = False  # reaches the person on a channel, so every guardrail looks at it
    is_telling: ClassVar[bool] = False  # tells another system: what a person agreed to binds it too

    step: Slug
    do: str
    note: str = ""

    @classmethod
    def does(cls) -> str:
        """Return the word after `do` that names this kind in a playbook."""
        return str(get_args(cls.model_fields["do"].annotation)[0])

    @property
    def act(self) -> str:
        """The kind of act its decisions bear; empty for a step that does not act."""
        return self.do if self.op is Op.ACT else ""

    def words(self) -> str:
        """Return what this step does, as a sentence without its full stop; a kind says it better."""
        return self.do

    def terms(self) -> dict[str, Any]:
        """Return the columns of the compiled instruction this kind fills in."""
        return {}

    def arms(self) -> tuple[Arm, ...]:
        """Return the lists of steps nested in this one, in order; the last may be the 'otherwise'."""
        return ()

    def fields(self) -> tuple[str, ...]:
        """Return the profile fields and traits the step itself uses (not those of its template)."""
        return ()


def walk(steps: tuple[Step, ...], depth: int = 0) -> Iterator[tuple[int, Step]]:
    """Yield every step with its depth, nested ones after the one that holds them."""
    for one in steps:
        yield depth, one
        for arm in one.arms():
            yield from walk(arm.steps, depth + 1)
