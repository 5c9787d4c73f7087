"""What a new step, way or entry finds around it: the names it may begin with, so that it holds as soon as it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from regard.playbooks.model import Playbook


class Around(NamedTuple):
    """The playbook, and the journey in which something new is put."""

    playbook: Playbook
    journey: str = ""  # by its name in the playbook; empty: it has none yet
    owner: str = ""
    waits: tuple[str, ...] = ()  # its steps that wait for something, in their order
    endpoints: tuple[str, ...] = ()  # the systems that Settings names

    @property
    def segment(self) -> str:
        """The first segment, or nothing."""
        return next(iter(self.playbook.segments), "")

    @property
    def other_journey(self) -> str:
        """The first journey that is not this one, or nothing."""
        return next((name for name in self.playbook.journeys if name != self.journey), "")

    @property
    def sender(self) -> str:
        """Who signs: the journey's owner where the company knows them, else the first who does."""
        senders = self.playbook.company.senders
        return self.owner if self.owner in senders else next(iter(senders), "")
