"""What every step kind shares: its name, what it does in one sentence, and the plain terms it compiles to.

A kind is one file with one class. `op` says which of the engine's five moves carries it out; `terms()` are the values
that move needs, by the column names of the compiled instruction; `arms()` are the lists of steps nested inside it.
What the pages show of a kind (what it is called, its icon, what a new one begins as) stands on the class as well, so
nothing outside its file asks of which kind a step is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, ClassVar, Literal, NamedTuple, get_args

from regard.playbooks.values.around import Around
from regard.playbooks.values.base import Part, Slug
from regard.playbooks.values.happening import Happening
from regard.playbooks.values.recall import Recall
from regard.playbooks.vocabulary import TouchpointKind


class Op(StrEnum):
    """The engine's five moves; every step kind is one of them, or two in a row."""

    ACT = "act"
    WAIT = "wait"
    AWAIT = "await"
    BRANCH = "branch"
    EXIT = "exit"


class Arm(NamedTuple):
    """A nested list of steps: where in the step, under which words, and for a branch under which condition or share."""

    at: str  # the dotted path from the step
    label: str
    steps: tuple[Step, ...]
    when: Recall | None = None
    share: float | None = None


class Nests(NamedTuple):
    """Which keys of a kind hold other steps, so that they are found in a draft that does not hold yet."""

    ways: str = ""  # the key of its list of ways, each with its steps under `then`
    way: type[Part] = Part  # what such a way is
    otherwise: str = ""  # what stands over the steps of its key `otherwise`; empty: it has no such key


class Step(Part):
    """One step of a journey. `step` is its name: unique in the journey, kept through edits, shown to people."""

    op: ClassVar[Op]
    called: ClassVar[str]  # what people choose it by: "Send a message"
    icon: ClassVar[str]
    tone: ClassVar[Literal["", "human", "stop"]] = ""  # human: a colleague does it; stop: it ends something
    begins_as: ClassVar[str]  # the name of a new one, unless another step has it
    went: ClassVar[str] = ""  # the word after how many it was carried out for; empty: people pass it, nothing goes out
    nests: ClassVar[Nests] = Nests()
    one_of: ClassVar[tuple[str, ...]] = ()  # keys of which it has exactly one: to say one takes the others away
    leaves: ClassVar[tuple[TouchpointKind, ...]] = ()  # the touchpoints its carrying out leaves in the log
    is_message: ClassVar[bool] = False  # reaches the person on a channel, so every guardrail looks at it
    is_telling: ClassVar[bool] = False  # tells another system: what a person agreed to binds it too
    waits_for_its_task: ClassVar[bool] = False  # an act, and a wait until a colleague closed the task it opened

    step: Slug
    do: str
    note: str = ""

    @classmethod
    def named(cls) -> str:
        """Return the word after `do` that names this kind in a playbook."""
        return str(get_args(cls.model_fields["do"].annotation)[0])

    @property
    def act(self) -> str:
        """The kind of act its decisions bear; empty for a step that does not act."""
        return self.do if self.op is Op.ACT else ""

    def words(self) -> str:
        """Return what this step does, as a sentence without its full stop; a kind says it better."""
        return self.do

    def headline(self) -> str:
        """Return what a colleague reads first, where the step itself says it; else nothing."""
        return ""

    def in_outline(self) -> str:
        """Return the step's line in an outline that shows what it nests below it."""
        return self.words()

    def brief(self, channels: Mapping[str, str]) -> str:
        """Return the line below its name in the picture. `channels`: what people call each channel."""
        return self.words()

    @classmethod
    def starter(cls, around: Around) -> dict[str, Any]:
        """Return what a new one begins as, but for its name and kind: it holds where the playbook has what it needs."""
        return {}

    @classmethod
    def new_way(cls, around: Around) -> dict[str, Any]:
        """Return what another of its ways begins as, for a kind that has ways."""
        return {}

    def terms(self) -> dict[str, Any]:
        """Return the columns of the compiled instruction this kind fills in."""
        return {}

    def arms(self) -> tuple[Arm, ...]:
        """Return the lists of steps nested in this one, in order; the last may be the 'otherwise'."""
        return ()

    def fields(self) -> tuple[str, ...]:
        """Return the profile fields and traits the step itself uses (not those of its template)."""
        return ()

    def patience(self) -> int | None:
        """Return how long it waits for something to happen, in microseconds, where it waits for something."""
        return None

    def asks(self) -> tuple[tuple[str, Recall], ...]:
        """Return the conditions that decide the way on, each with its dotted path from the step."""
        return ()

    def bound_by(self) -> str:
        """Return the purpose that binds what it does with people's data, or nothing."""
        return ""

    def tells(self) -> str:
        """Return the other system it tells something, by its name in Settings, or nothing."""
        return ""

    def steers(self) -> str:
        """Return the other journey it starts or ends for the person, or nothing."""
        return ""

    def starts(self) -> str:
        """Return the other journey it starts for the person, or nothing."""
        return ""

    def awaits(self) -> Happening | None:
        """Return the touchpoint it waits for; who stands behind it did that, or waited in vain."""
        return None


def walk(steps: tuple[Step, ...], depth: int = 0) -> Iterator[tuple[int, Step]]:
    """Yield every step with its depth, nested ones after the one that holds them."""
    for one in steps:
        yield depth, one
        for arm in one.arms():
            yield from walk(arm.steps, depth + 1)
