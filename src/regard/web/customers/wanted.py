"""What the list is asked for: the query string read into one frozen value."""

from __future__ import annotations

from django.http import QueryDict

from regard.directory.wanted import Wanted

SORTS = {"recent": "Last contact", "value": "Value so far", "name": "Name"}
NEEDS = {"person": "Needs a person", "promise": "Has an open promise"}


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
