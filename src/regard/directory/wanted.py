"""What the list is asked for: the query string read into one frozen value, and back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

SORTS = {"recent": "Last contact", "value": "Value so far", "name": "Name"}
NEEDS = {"person": "Needs a person", "promise": "Has an open promise"}


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


def read_wanted(asked: QueryDict) -> Wanted:
    """Read a query string; what is not understood is left out rather than refused."""

    def short(name: str, limit: int = 80) -> str:
        return asked.get(name, "").replace("\0", "").strip()[:limit]

    sort, needs = short("sort"), short("needs")
    return Wanted(
        q=short("q", 120),
        segment=short("segment", 60),
        owner=short("owner", 20),
        tag=short("tag", 60),
        needs=needs if needs in NEEDS else "",
        sort=sort if sort in SORTS else "recent",
        after=short("after", 240),
    )
