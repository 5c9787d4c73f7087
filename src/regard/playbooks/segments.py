"""Segments: people for whom a condition holds, named and read aloud."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from regard.playbooks.conditions import Condition
from regard.playbooks.values.base import Part, Slug


def as_condition(value: Any) -> Any:
    """A list of conditions is short for `all`."""
    return {"all": value} if isinstance(value, list | tuple) else value


class Persona(Part):
    """What a portrait of the members shows; everything in it is computed from them."""

    traits: tuple[Slug, ...] = Field((), max_length=12, description="whose typical values are shown")
    products: str | None = Field(None, description="property path of what they buy, such as `products[].name`")
    quotes: str | None = Field("comment", description="property of survey answers that holds their own words")


class Segment(Part):
    """People for whom `who` holds at an instant. Nobody needs a new event to leave: windows close by themselves."""

    name: str | None = Field(None, max_length=80)
    description: str = Field("", max_length=400)
    group: str = Field("", max_length=40, description="heading under which the page lists it")
    who: Annotated[Condition, BeforeValidator(as_condition)]
    persona: Persona | None = None
