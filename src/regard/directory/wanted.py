"""What a list of people is asked for: one frozen value, and back to the query string it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters, order and place of a list of people. `after` is the mark the last page gave."""

    q: str = ""
    segment: str = ""
    owner: str = ""
    tag: str = ""
    needs: str = ""
    sort: str = "recent"
    after: str = ""

    @property
    def has_filters(self) -> bool:
        """Say whether the list is narrowed at all."""
        return bool(self.q or self.segment or self.owner or self.tag or self.needs)

    @property
    def query(self) -> str:
        """The query string of this list without its place in it: what a saved view keeps."""
        asked = {n: getattr(self, n) for n in ("q", "segment", "owner", "tag", "needs")}
        asked["sort"] = "" if self.sort == "recent" else self.sort
        return urlencode(sorted((k, v) for k, v in asked.items() if v))
