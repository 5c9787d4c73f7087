"""What kinds share whose first key names the touchpoints: `count: Order Completed`."""

from __future__ import annotations

from pydantic import model_validator

from regard.playbooks.traits.base import LogTrait


class Verb(LogTrait):
    """A trait whose first key names the touchpoints."""

    @model_validator(mode="after")
    def _named_once(self) -> Verb:
        if self.over is not None:
            raise ValueError("the first key names the touchpoints: leave out 'over'")
        return self
