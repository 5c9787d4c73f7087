"""A reason: why a yes is a yes and a no is a no, in a code for machines and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is stable and listed in the docs; `words` is the sentence; `change` is what would change a no."""

    code: str
    words: str
    change: str = ""
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A yes or a no with its reason; truthy like the answer itself."""

    allowed: bool
    reason: Reason

    def __bool__(self) -> bool:
        return self.allowed
