"""A person's fields as a fold of what was told: the newest by (occurred_at, seq) wins, in whatever order it came. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Stamp = tuple[int, int]  # (occurred_us, seq)


@dataclass(slots=True)
class Fold:
    """Fields and the stamp of each; a stamp without a field is a field that was taken away."""

    fields: dict[str, object] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)

    def tell(self, name: str, value: object, stamp: Stamp) -> bool:
        """Take one telling in; say whether it is now the current one."""
        if stamp <= self.stamps.get(name, (-(2**63), 0)):
            return False
        self.stamps[name] = stamp
        if value is None:
            self.fields.pop(name, None)
        else:
            self.fields[name] = value
        return True


def display_name(fields: dict[str, object], ids: Iterable[tuple[str, str]], fallback: str) -> str:
    """Return what to call a person: their name, else an address or id we know them by, else `fallback`."""
    whole = fields.get("name")
    parts = [str(fields[n]) for n in ("first_name", "last_name") if fields.get(n)]
    named = " ".join(parts) if parts else str(whole) if whole else ""
    if named:
        return named[:255]
    if fields.get("email"):
        return str(fields["email"])[:255]
    by_kind = dict(sorted(ids, reverse=True))
    for kind in ("email", "user_id", "phone"):
        if kind in by_kind:
            return by_kind[kind][:255]
    foreign = [value for kind, value in by_kind.items() if kind.startswith("foreign:")]
    return (foreign[0] if foreign else fallback)[:255]


def search_texts(name: str, fields: dict[str, object]) -> tuple[str, str]:
    """Return the lower-case texts a prefix is looked up in: the name forwards, and the last name first."""
    forwards = " ".join(name.lower().split())
    last = str(fields.get("last_name") or "").lower().strip()
    if not last and " " in forwards:
        last = forwards.rpartition(" ")[2]
    backwards = f"{last} {forwards}" if last and not forwards.startswith(last) else ""
    return forwards[:200], backwards[:200]
