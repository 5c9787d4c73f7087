"""The facts a guardrail may look at, worked out for every candidate act at its own instant.

Input: `candidate` (eid, number, pc, person, t, asked_us, arm, world and the instruction's terms) and the tables of
`desk.INPUTS`. Output: `facts`, one row a candidate. Histories are folded as they stood at `t`: newest first by the
time it happened; at the same instant a withdrawal holds. So a late grant never undoes a later withdrawal (promise D2).
"""

from __future__ import annotations

from regard.engine.bench.consents import covers, newest_first
from regard.engine.bench.steps import PlanStep
from regard.kernel.instant import DAY_US, FOREVER_US
from regard.kernel.sql import Sql
from regard.playbooks.channels import AT_ANY_HOUR
from regard.playbooks.guardrails import HumanTouch

LESS_OFTEN_US = 30 * DAY_US  # who asked for less hears from us at most once in so long
READS = (
    "candidate",
    "person",
    "consent",
    "restriction",
    "suppression",
    "address",
    "contact",
    "human",
    "complaint",
    "opening",
    "pace",
    "paused",
    "crowd",
    "cap",
)


def facts_steps(human: HumanTouch | None) -> list[PlanStep]:
    """Return the steps from `candidate` to `facts`."""
    return [
        *_permission_steps(),
        *_reach_steps(),
        *_pace_steps(human),
        *_complaint_steps(),
        *_wish_steps(),
        _hours_step(
            "moment",
            "SELECT DISTINCT p.zone, c.t FROM candidate AS c JOIN person AS p ON p.person = c.person"
            " AND p.from_us <= c.t AND c.t < p.to_us",
            ("candidate", "person"),
            "The zones and instants whose hours are asked for.",
            needs_rows=(("candidate",),),
        ),
        _hours_step(
            "hours",
            "SELECT m.zone, m.t, MAX(CASE WHEN o.open_us <= m.t AND m.t < o.close_us THEN 1 ELSE 0 END) AS is_open,"
            " MIN(CASE WHEN o.open_us > m.t THEN o.open_us END) AS opens_us"
            " FROM moment AS m JOIN opening AS o ON o.zone = m.zone"
            " WHERE o.close_us > m.t AND o.open_us < m.t + 864000000000 GROUP BY m.zone, m.t",
            ("moment", "opening"),
            "Whether it is a time to write, and when the next one begins.",
            needs_rows=(
                ("moment",),
                ("opening",),
            ),
        ),
        _gathering_step(human),
    ]


def _hours_step(
    name: str, text: str, reads: tuple[str, ...], why: str, needs_rows: tuple[tuple[str, ...], ...]
) -> PlanStep:
    return PlanStep(name, Sql(text), reads, why, needs_rows=needs_rows)


def _permission_steps() -> list[PlanStep]:
    """Consent, restriction and objection as they stood."""
    return [
        PlanStep(
            "consent_now",
            Sql(
                "SELECT eid, is_granted, seq AS consent_seq FROM ("
                " SELECT c.eid, x.is_granted, x.seq,"
                f" ROW_NUMBER() OVER (PARTITION BY c.eid ORDER BY {newest_first('x.')}) AS nth"
                " FROM candidate AS c JOIN consent AS x ON x.person = c.person AND x.visible_us <= c.t"
                f" AND {covers('c.purpose', 'c.channel', word='x.')}) AS n WHERE nth = 1"
            ),
            ("candidate", "consent"),
            "The newest word of the person about this purpose on this channel.",
            needs_rows=(
                ("candidate",),
                ("consent",),
            ),
        ),
        PlanStep(
            "limits_now",
            Sql(
                "SELECT eid, MAX(CASE WHEN kind = 'restricted' AND NOT is_lifted THEN 1 ELSE 0 END) AS restricted,"
                " MAX(CASE WHEN kind = 'objected' AND NOT is_lifted THEN 1 ELSE 0 END) AS objected FROM ("
                " SELECT c.eid, r.kind, r.is_lifted,"
                " ROW_NUMBER() OVER (PARTITION BY c.eid, r.origin, r.kind ORDER BY r.seq DESC) AS nth"
                " FROM candidate AS c JOIN restriction AS r ON r.person = c.person AND r.visible_us <= c.t) AS n"
                " WHERE nth = 1 GROUP BY eid"
            ),
            ("candidate", "restriction"),
            "Whether processing is restricted or objected to.",
            needs_rows=(
                ("candidate",),
                ("restriction",),
            ),
        ),
    ]


def _reach_steps() -> list[PlanStep]:
    """Addresses and their suppression."""
    return [
        PlanStep(
            "address_now",
            Sql(
                "SELECT DISTINCT c.eid FROM candidate AS c JOIN address AS a ON a.person = c.person"
                " AND a.channel = c.channel AND a.visible_us <= c.t AND (a.gone_us IS NULL OR a.gone_us > c.t)"
            ),
            ("candidate", "address"),
            "Who can be reached on the channel at all.",
            needs_rows=(
                ("candidate",),
                ("address",),
            ),
        ),
        PlanStep(
            "suppressed_now",
            Sql(
                "SELECT eid, MAX(CASE WHEN scope = 'all' THEN 2 ELSE 1 END) AS depth FROM ("
                " SELECT c.eid, s.scope, s.is_lifted,"
                " ROW_NUMBER() OVER (PARTITION BY c.eid, s.scope ORDER BY s.seq DESC) AS nth"
                " FROM candidate AS c JOIN suppression AS s ON s.person = c.person AND s.channel = c.channel"
                " AND s.visible_us <= c.t) AS n WHERE nth = 1 AND NOT is_lifted GROUP BY eid"
            ),
            ("candidate", "suppression"),
            "Whose address is not to be written to.",
            needs_rows=(
                ("candidate",),
                ("suppression",),
            ),
        ),
    ]


def _pace_steps(human: HumanTouch | None) -> list[PlanStep]:
    """How much the person has had already, over all journeys and channels; and whether a human spoke."""
    within = human.within if human else 0
    return [
        PlanStep(
            "cap_now",
            Sql(
                "SELECT eid, MAX(at_us + per_us) AS cap_opens_us, MIN(cap) AS cap, MAX(at_most) AS cap_at_most FROM ("
                " SELECT c.eid, k.cap, k.at_most, k.per_us, x.at_us,"
                " ROW_NUMBER() OVER (PARTITION BY c.eid, k.cap ORDER BY x.at_us DESC) AS nth"
                " FROM candidate AS c"
                " JOIN cap AS k ON (k.mask & c.bit) <> 0 AND (k.channel IS NULL OR k.channel = c.channel)"
                " JOIN contact AS x ON x.person = c.person AND (k.mask & x.bit) <> 0"
                " AND (k.channel IS NULL OR k.channel = x.channel)"
                " AND x.at_us > c.t - k.per_us AND x.visible_us <= c.t AND (x.world = 0 OR x.world = c.world)"
                " AND (c.own_seq IS NULL OR x.seq IS NULL OR x.seq <> c.own_seq))"
                " AS n WHERE nth = at_most GROUP BY eid"
            ),
            ("candidate", "cap", "contact"),
            "Who has already had as many messages as a cap allows, and when it opens again.",
            needs_rows=(
                ("candidate",),
                ("cap",),
                ("contact",),
            ),
        ),
        PlanStep(
            "automated_now",
            Sql(
                "SELECT c.eid, COUNT(*) AS automated FROM candidate AS c"
                " LEFT JOIN (SELECT c2.eid, MAX(h.at_us) AS at_us FROM candidate AS c2"
                " JOIN human AS h ON h.person = c2.person AND h.visible_us <= c2.t GROUP BY c2.eid) AS l ON l.eid = c.eid"
                " JOIN contact AS x ON x.person = c.person AND x.visible_us <= c.t AND x.at_us > c.t - ?"
                " AND x.at_us > COALESCE(l.at_us, 0) AND (x.world = 0 OR x.world = c.world) GROUP BY c.eid",
                (within,),
            ),
            ("candidate", "human", "contact"),
            "How many automated messages came since a human last spoke.",
            needs_rows=(
                ("candidate",),
                ("contact",),
            ),
        ),
    ]


def _complaint_steps() -> list[PlanStep]:
    """Who waits for a colleague."""
    return [
        PlanStep(
            "complaint_now",
            Sql(
                "SELECT DISTINCT c.eid FROM candidate AS c JOIN complaint AS o ON o.person = c.person"
                " AND o.opened_us <= c.t AND (o.closed_us IS NULL OR o.closed_us > c.t)"
                " AND (o.world = 0 OR o.world = c.world)"
            ),
            ("candidate", "complaint"),
            "Who has an open complaint.",
            needs_rows=(
                ("candidate",),
                ("complaint",),
            ),
        ),
    ]


def _wish_steps() -> list[PlanStep]:
    """The pace people asked for themselves: less often, or nothing for a while."""
    return [
        PlanStep(
            "wished_now",
            Sql(
                "SELECT c.eid, MAX(CASE WHEN w.word = 'pause' THEN w.to_us END) AS pause_ends_us,"
                " MAX(CASE WHEN w.word = 'less' THEN 1 ELSE 0 END) AS wants_less FROM candidate AS c"
                " JOIN pace AS w ON w.person = c.person AND w.from_us <= c.t AND c.t < w.to_us GROUP BY c.eid"
            ),
            ("candidate", "pace"),
            "Who asked for a pause, or to hear from us less often.",
            needs_rows=(("candidate",), ("pace",)),
        ),
        PlanStep(
            "heard_now",
            Sql(
                "SELECT c.eid, MAX(x.at_us) AS heard_us FROM candidate AS c"
                " JOIN wished_now AS w ON w.eid = c.eid AND w.wants_less = 1"
                " JOIN contact AS x ON x.person = c.person AND (x.bit & 3) <> 0 AND x.at_us > c.t - ?"
                " AND x.visible_us <= c.t AND (x.world = 0 OR x.world = c.world)"
                " AND (c.own_seq IS NULL OR x.seq IS NULL OR x.seq <> c.own_seq) GROUP BY c.eid",
                (LESS_OFTEN_US,),
            ),
            ("candidate", "wished_now", "contact"),
            "When those who asked for less last heard from us.",
            needs_rows=(("wished_now",), ("contact",)),
        ),
    ]


def _gathering_step(human: HumanTouch | None) -> PlanStep:
    after = human.after if human else FOREVER_US
    at_any_hour = ", ".join(f"'{channel}'" for channel in sorted(AT_ANY_HOUR)) or "NULL"
    return PlanStep(
        "facts",
        Sql(
            "SELECT c.*, p.zone,"
            " COALESCE(l.restricted, 0) = 1 AS is_restricted, COALESCE(l.objected, 0) = 1 AS is_objected,"
            " z.journey IS NOT NULL AS is_paused, a.eid IS NOT NULL AS has_address,"
            " CASE COALESCE(s.depth, 0) WHEN 2 THEN 'all' WHEN 1 THEN 'marketing' ELSE '' END AS suppressed,"
            " CASE WHEN n.eid IS NULL THEN 'unknown' WHEN n.is_granted THEN 'granted' ELSE 'withdrawn' END AS consent,"
            " n.consent_seq, COALESCE(p.adult_us > c.t, FALSE) AS is_minor, o.eid IS NOT NULL AS has_complaint,"
            f" COALESCE(u.automated, 0) AS automated, CAST({after} AS BIGINT) AS human_after,"
            " k.cap, k.cap_at_most, k.cap_opens_us,"
            f" w2.pause_ends_us, w3.heard_us + CAST({LESS_OFTEN_US} AS BIGINT) AS less_opens_us,"
            " COALESCE(w.people, 0) AS crowd, COALESCE(NOT w.is_approved, FALSE) AS needs_approval,"
            " w.opens_us AS approved_us,"
            f" COALESCE(h.is_open, 0) = 1 OR COALESCE(c.channel IN ({at_any_hour}), FALSE) AS is_open, h.opens_us"
            " FROM candidate AS c JOIN person AS p ON p.person = c.person AND p.from_us <= c.t AND c.t < p.to_us"
            " LEFT JOIN limits_now AS l ON l.eid = c.eid LEFT JOIN consent_now AS n ON n.eid = c.eid"
            " LEFT JOIN address_now AS a ON a.eid = c.eid LEFT JOIN suppressed_now AS s ON s.eid = c.eid"
            " LEFT JOIN cap_now AS k ON k.eid = c.eid LEFT JOIN automated_now AS u ON u.eid = c.eid"
            " LEFT JOIN wished_now AS w2 ON w2.eid = c.eid LEFT JOIN heard_now AS w3 ON w3.eid = c.eid"
            " LEFT JOIN complaint_now AS o ON o.eid = c.eid LEFT JOIN paused AS z ON z.journey = c.journey"
            " LEFT JOIN crowd AS w ON w.journey = c.journey AND w.step = c.step AND w.from_us <= c.t AND c.t < w.to_us"
            " LEFT JOIN hours AS h ON h.zone = p.zone AND h.t = c.t",
        ),
        (
            "candidate",
            "person",
            "limits_now",
            "consent_now",
            "address_now",
            "suppressed_now",
            "cap_now",
            "automated_now",
            "complaint_now",
            "wished_now",
            "heard_now",
            "paused",
            "crowd",
            "hours",
        ),
        "Everything a guardrail may look at, one row an act.",
        is_shown=True,
    )
