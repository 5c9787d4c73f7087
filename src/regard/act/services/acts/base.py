"""What every act has in common: what it is carried out with, and what was made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regard.act.models import Message
from regard.decide.models import Decision
from regard.playbooks.model import Playbook


@dataclass(frozen=True, slots=True)
class Going:
    """One go-decision on its way: the playbook that binds it and the instant of the cycle."""

    decision: Decision
    playbook: Playbook
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What a go-decision was turned into: a message (not yet stored) for the workers, tasks opened, records written."""

    message: Message | None = None
    tasks: int = 0
    records: int = 0


# The step is of the kind the act is registered under: the registry is keyed by its class.
CarryOut = Callable[[Any, Going], Made]


class UnknownAct(LookupError):
    """A step acts, and nothing says how. Its decisions stay undone, so they are carried out once something does."""
