"""Made-up histories for the laws of the journeys: who said what and what happened, in any order."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from regard.kernel.instant import DAY_US, HOUR_US
from tests.engine.walking import START, a_world, program, rows

# A handful in every run; `REGARD_LAW_EXAMPLES=200` for the long one.
EXAMPLES = int(os.environ.get("REGARD_LAW_EXAMPLES", "5"))
LAW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
CLOCK = list(range(START, START + 40 * DAY_US, 6 * HOUR_US))
PEOPLE = (1, 2, 3)
HOURS = st.integers(0, 40 * 24 - 1)
words = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("offers", "surveys", "*")), st.booleans(), HOURS),
    max_size=12,
)
happenings = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(("Order Completed", "Survey Answered")),
        st.integers(0, 10),
        HOURS,
    ),
    min_size=1,
    max_size=14,
)


def history(told_words, told_happenings):
    """The tables of one made-up history; a '*' is a withdrawal from everything, as in the product."""
    compiled = program()
    tables = a_world(compiled, PEOPLE, CLOCK)
    consent = [
        {
            "person": person,
            "purpose": purpose,
            "channel": "email" if seq % 2 else "*",
            "is_granted": granted and purpose != "*",
            "at_us": START + hour * HOUR_US,
            "seq": seq,
            "visible_us": START + hour * HOUR_US,
        }
        for seq, (person, purpose, granted, hour) in enumerate(told_words, 1)
    ]
    touch = [
        {
            "seq": seq,
            "person": person,
            "name": name,
            "at_us": START + hour * HOUR_US,
            "visible_us": START + hour * HOUR_US,
            "score_milli": score * 1000,
            "value_minor": None,
        }
        for seq, (person, name, score, hour) in enumerate(told_happenings, 100)
    ]
    arrival = [
        {
            "person": k["person"],
            "number": c.number,
            "entry_key": f"tp:{k['seq']}",
            "due_us": k["at_us"],
        }
        for k in touch
        if k["name"] == "Order Completed"
        for c in compiled.journeys
    ]
    tables |= {
        "consent": rows("consent", consent),
        "touch": rows("touch", touch),
        "arrival": rows("arrival", arrival),
    }
    return compiled, tables, consent
