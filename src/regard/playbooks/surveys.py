"""Surveys of a playbook: one question on a scale, and room for the person's own words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regard.playbooks.values.base import Part, Slug, Texts

_SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


class Survey(Part):
    """One survey. The first answer counts from the mail's link only after a tap on the page."""

    name: str
    kind: Literal["nps", "csat", "ces"] = "nps"
    purpose: Slug
    template: Slug  # the mail that asks
    question: Texts
    low: Texts  # words at the low end of the scale
    high: Texts
    follow_up: Texts
    thanks: Texts = {}
    expires_days: int = Field(default=30, ge=1, le=365)

    @property
    def scale(self) -> range:
        """The scores a person can give, low to high."""
        low, high = _SCALES[self.kind]
        return range(low, high + 1)
