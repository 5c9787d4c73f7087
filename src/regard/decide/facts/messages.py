"""What passed between people and the company: messages, colleagues' words, complaints, and what journeys listen for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pyarrow as pa

from regard.collect.among import among
from regard.collect.columns import SOURCES, TOUCHPOINTS
from regard.decide.contracts import ON_REQUEST, sent_key
from regard.decide.facts.columns import as_input, read_input, read_rows
from regard.decide.facts.scope import FactScope, Stretch
from regard.engine.journeys.instructions import Program
from regard.engine.journeys.kinds import Kind
from regard.identify.columns import EVERYBODY
from regard.kernel.instant import DAY_US
from regard.kernel.money import own_minor
from regard.playbooks.values.happening import property_text
from regard.playbooks.vocabulary import MESSAGE_SENT, VOCABULARY
from regard.understand.asking.activity import origins_active

CLAIMED = ("claimed", "sent", "uncertain")
# Whatever the log names so opens or closes a pause of promotions; which of them do says each by a property.
_PAUSES = {kind.name: kind.pause for kind in VOCABULARY if kind.pause}
COUNTED = ("", *CLAIMED)  # what a go counts as under caps: the plan counts every one, the claim what is claimed or gone


# Of our own messages the log is asked only for those that no decision stands behind; each says its kind in its id.
_OF_OTHER_TOOLS = "s.kind <> 'product'"
_NO_DECISIONS = f"({_OF_OTHER_TOOLS} OR (t.name = '{MESSAGE_SENT}' AND t.message_id LIKE '{ON_REQUEST}%%'))"
_BY_KIND = " ".join(
    f"WHEN t.message_id LIKE '{sent_key(kind.word)}%%' THEN {kind.counts}" for kind in Kind if kind.counts
)
_COUNTS = f"CASE WHEN {_OF_OTHER_TOOLS} THEN {int(Kind.PROMOTION)} {_BY_KIND} ELSE 0 END"


def read_ours(scope: FactScope, *, since_us: int, outcomes: tuple[str, ...] = COUNTED) -> pa.Table:
    """Return `contact`: our own messages to them since an instant, with these outcomes."""
    listed, bound = among(outcomes)
    found = read_input(
        "contact",
        f"""
        SELECT {scope.who("d.person_id")}, COALESCE(d.outcome_at, d.as_of), d.channel, d.counts, d.id
        FROM decide_decision AS d {scope.joined("d.person_id")}
            AND d.as_of > %(since)s AND d.verdict = 'go' AND d.counts > 0
            AND d.outcome {listed.replace("%s", "%(outcomes)s")}
        """,
        scope.bound(since=since_us - DAY_US * 30, outcomes=bound),
        visible_us=0,
        world=0,
    )
    return scope.tell(found)


def read_theirs(scope: FactScope, *, since_us: int, with_requests: bool = True) -> pa.Table:
    """Return `contact`: the messages of other tools to them since an instant, as the log tells it.

    `with_requests`: and those of ours that were asked for outside journeys, once they were sent.
    """
    found = read_input(
        "contact",
        f"""
        SELECT {scope.who("t.origin")}, t.occurred_at, {scope.seen("t.occurred_at")}, t.channel, {_COUNTS}
        FROM {TOUCHPOINTS} AS t JOIN {SOURCES} AS s ON s.id = t.source_id {scope.joined("t.origin")}
            AND t.occurred_at > %(since)s AND t.seq <= %(upto)s
            AND t.direction = 'out' AND t.actor = 'automation'
            AND {_NO_DECISIONS if with_requests else _OF_OTHER_TOOLS}
        """,
        scope.bound(since=since_us),
        world=0,
        seq=None,
    )
    return scope.tell(found)


def read_humans(scope: FactScope, *, since_us: int) -> pa.Table:
    """Return `human`: when a colleague was last in touch."""
    found = read_input(
        "human",
        f"""
        SELECT {scope.who("t.origin")}, t.occurred_at, {scope.seen("t.occurred_at")}
        FROM {TOUCHPOINTS} AS t {scope.joined("t.origin")}
            AND t.occurred_at > %(since)s AND t.seq <= %(upto)s AND t.actor = 'staff' AND t.direction <> 'none'
        """,
        scope.bound(since=since_us),
    )
    return scope.tell(found)


def read_complaints(scope: FactScope) -> pa.Table:
    """Return `complaint`: what pauses promotions, from its opening to its closing, as the log tells it."""
    listed, bound = among(sorted(_PAUSES))
    rows = read_rows(
        f"""
        SELECT {scope.who("t.origin")}, t.name, t.occurred_at, t.properties
        FROM {TOUCHPOINTS} AS t JOIN {SOURCES} AS s ON s.id = t.source_id {scope.joined("t.origin")}
            AND t.seq <= %(upto)s AND t.name {listed.replace("%s", "%(names)s")} AND s.kind <> 'api'
        ORDER BY t.seq
        """,
        scope.bound(names=bound),
    )
    open_since: dict[tuple[int, str], int] = {}
    stretches: list[tuple[int, int, int | None, int]] = []
    for person, since, (name, happened_us, properties) in scope.told(rows):
        told, at_us = json.loads(properties), max(happened_us, since)
        key = (person, str(told.get("task", "")))
        if _PAUSES[name] == "closes" and key in open_since:
            stretches.append((person, open_since.pop(key), at_us, 0))
        elif _PAUSES[name] == "opens" and told.get("pauses_promotions"):
            open_since.setdefault(key, at_us)
    stretches.extend((person, since, None, 0) for (person, _), since in open_since.items())
    return as_input("complaint", stretches)


def read_last_words(
    about: Callable[[Sequence[int]], FactScope], stretch: Stretch, *, low_us: int, high_us: int, name: str | None
) -> dict[int, int]:
    """Return when people last said something, of those who said something in (low, high]. `name`: of one sort.

    Only who was heard in the stretch as long ago can be one whose silence becomes long enough: theirs is the history
    that is read.
    """
    heard = origins_active(low_us + 1, high_us + 1, upto=stretch.upto)
    if not heard:
        return {}
    listed, origins = among(heard)
    whom = about(())
    rows = read_rows(f"SELECT DISTINCT {whom.who('o.id')} FROM {EVERYBODY} AS o WHERE o.id {listed}", [origins])
    scope = about(sorted({person for person, *_ in whom.told(rows)}))
    rows = read_rows(
        f"""
        SELECT {scope.who("t.origin")}, MAX(t.occurred_at)
        FROM {TOUCHPOINTS} AS t {scope.joined("t.origin")}
            AND t.direction = 'in' AND t.seq <= %(upto)s AND t.occurred_at <= %(until)s
            {"AND t.name = %(name)s" if name else ""}
        GROUP BY {scope.who("t.origin")}
        """,
        scope.bound(until=stretch.until_us, name=name),
    )
    last: dict[int, int] = {}
    for person, _, (at_us,) in scope.told(rows):
        last[person] = max(at_us, last.get(person, at_us))
    return last


def read_touches(scope: FactScope, program: Program, *, since_us: int) -> tuple[pa.Table, pa.Table]:
    """Return `touch` and `detail`: what journeys listen for, and the properties their filters look at."""
    wanted = list(program.happenings())
    listed, bound = among(sorted({one.name for one in wanted}))
    keys = {key for one in wanted for key in one.where}
    rows = read_rows(
        f"""
        SELECT
            t.seq, {scope.who("t.origin")}, t.name, t.occurred_at, t.occurred_at, t.score_milli, t.value_minor,
            t.currency, t.properties
        FROM {TOUCHPOINTS} AS t {scope.joined("t.origin")}
            AND t.name {listed.replace("%s", "%(names)s")} AND t.occurred_at > %(since)s AND t.seq <= %(upto)s
        """,
        scope.bound(names=bound, since=since_us),
    )
    details = (
        (row[0], key, text)
        for row in rows
        if keys and any(key in row[8] for key in keys)
        for told in (json.loads(row[8]),)
        for key in keys
        if (text := property_text(told.get(key))) is not None
    )
    own = program.playbook.company.currency
    touches = as_input("touch", ((*row[:6], own_minor(row[6], row[7], own)) for row in rows))
    return scope.tell(touches), as_input("detail", details)
