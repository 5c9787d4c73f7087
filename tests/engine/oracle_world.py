"""The world the plain re-computation judges: people and rows, as plain lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Touch:
    seq: int
    origin: int
    at: int
    name: str
    channel: str = "web"
    direction: str = "in"
    actor: str = "customer"
    value: int | None = None
    currency: str = "USD"
    score: int | None = None
    properties: dict = field(default_factory=dict)


@dataclass
class World:
    people: list[int]
    log: list[Touch]
    moved: dict[int, int] = field(default_factory=dict)
    fields: list[tuple[int, int, int, str, Any]] = field(default_factory=list)  # seq, origin, at, name, value
    consents: list[tuple[int, str, str, int | None, int | None]] = field(default_factory=list)
    contacts: list[tuple[int, str, str]] = field(default_factory=list)
    accounts: dict[int, int] = field(default_factory=dict)

    def survivors(self) -> list[int]:
        return [p for p in self.people if p not in self.moved]
