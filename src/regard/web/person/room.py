"""What the house knows of the person page: the sections it began with. Other rooms bring theirs."""

from __future__ import annotations

from regard.web.person.sections import (
    agreed,
    chart,
    decided,
    identity,
    in_journeys,
    in_segments,
    known,
    next_act,
    told,
    touchpoints,
    worked_out,
)
from regard.web.room import Facet, Side, WebRoom

ROOM = WebRoom(
    name="person",
    facets=(
        Facet("next", Side.STORY, 10, "web/parts/next.html", next_act),
        Facet("chart", Side.STORY, 20, "web/facets/chart.html", chart),
        Facet("timeline", Side.STORY, 30, "web/facets/timeline.html", touchpoints),
        Facet("decided", Side.STORY, 40, "web/facets/decided.html", decided),
        Facet("value", Side.RAIL, 10, "web/facets/value.html", known),
        Facet("promises", Side.RAIL, 20, "web/facets/promises.html", known),
        Facet("agreed", Side.RAIL, 30, "web/facets/agreed.html", agreed),
        Facet("segments", Side.RAIL, 40, "web/facets/segments.html", in_segments),
        Facet("journeys", Side.RAIL, 50, "web/facets/journeys.html", in_journeys),
        Facet("traits", Side.RAIL, 60, "web/facets/traits.html", worked_out),
        Facet("fields", Side.RAIL, 70, "web/facets/fields.html", told),
        Facet("notes", Side.RAIL, 80, "web/facets/notes.html", known),
        Facet("identity", Side.RAIL, 90, "web/facets/identity.html", identity),
    ),
)
