"""Journeys of a playbook: who enters, what happens step by step, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

from pydantic import Field, model_validator

from regard.playbooks.ends import ExitOn, Goal, Reentry
from regard.playbooks.entries import Entry
from regard.playbooks.steps import AnyStep, Step, walk
from regard.playbooks.values.base import Duration, Part, Share, Slug


class Rate(Part):
    """What a replay may assume about an answer that history does not hold: how many answer, with which scores."""

    answered: Share
    scores: dict[int, Share] = {}  # among those who answer; the rest spreads over nothing
    after: Duration = 86_400_000_000

    @model_validator(mode="after")
    def _whole(self) -> Rate:
        if self.scores and abs(sum(self.scores.values()) - 1) > 1e-6:
            raise ValueError("the shares of the scores add up to 100%")
        return self


class Journey(Part):
    """One journey. Its `version` is a hash of everything here: people inside finish on the version they began."""

    name: str = Field(min_length=1, max_length=120)
    about: str = ""
    owner: str = ""
    entry: tuple[Entry, ...] = Field(min_length=1)
    only_if: Slug | None = None  # a segment one must be in at the moment of entering
    reentry: Reentry = Reentry()
    exit_on: tuple[ExitOn, ...] = ()
    goal: Goal | None = None
    holdout: Share | None = None  # none: the guardrails' own; 0%: nobody is held out, for service and care
    priority: int = Field(default=50, ge=0, le=100)
    when_capped: Literal["defer", "drop"] | None = None
    steps: tuple[AnyStep, ...] = Field(min_length=1)
    assume: dict[Slug, Rate] = {}  # by wait_for step, for replays only

    @model_validator(mode="after")
    def _names_once(self) -> Journey:
        seen: set[str] = set()
        for step in self.all_steps():
            if step.step in seen:
                raise ValueError(f"two steps are called '{step.step}': a name is unique in its journey")
            seen.add(step.step)
        waits = {s.step for s in self.all_steps() if s.awaits() is not None}
        for name in self.assume:
            if name not in waits:
                raise ValueError(f"assume names '{name}', which is no wait_for step of this journey")
        return self

    def all_steps(self) -> Iterator[Step]:
        """Yield every step, nested ones after the one that holds them."""
        return (step for _, step in walk(self.steps))

    @property
    def version(self) -> str:
        """Return the hash that names this version of the journey; assumptions of replays do not count."""
        told = self.model_dump(mode="json", by_alias=True, exclude={"assume"})
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
