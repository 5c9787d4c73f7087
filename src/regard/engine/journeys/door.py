"""The door of a journey in one round: who comes in, by the re-entry rule, never twice at once, never where restricted."""

from __future__ import annotations

from regard.engine.bench.steps import PlanStep
from regard.kernel.sql import Sql


def entering_steps() -> list[PlanStep]:
    """Return the steps that let people in: by the re-entry rule, never twice at once, never where restricted."""
    return [
        PlanStep(
            "knocking",
            Sql(
                "SELECT a.person, a.number, a.entry_key, a.due_us, g.t, r.journey, r.reentry_us,"
                " ROW_NUMBER() OVER (PARTITION BY a.person, r.journey ORDER BY a.due_us, a.entry_key) AS turn"
                " FROM arrival AS a JOIN agenda AS g ON g.person = a.person JOIN rule AS r ON r.number = a.number"
                " WHERE a.due_us <= g.t AND r.is_current AND (r.only_if IS NULL OR EXISTS ("
                " SELECT 1 FROM membership AS m WHERE m.person = a.person AND m.segment = r.only_if"
                " AND m.from_us <= g.t AND g.t < m.to_us))"
            ),
            ("arrival", "agenda", "rule", "membership"),
            "Who may be let in now, each once a journey.",
            needs_rows=(
                ("arrival",),
                ("agenda",),
            ),
        ),
        PlanStep(
            "unwelcome",
            Sql(
                "SELECT DISTINCT person FROM (SELECT k.person, x.kind, x.is_lifted,"
                " ROW_NUMBER() OVER (PARTITION BY k.person, x.origin, x.kind ORDER BY x.seq DESC) AS nth"
                " FROM (SELECT DISTINCT person, t FROM knocking) AS k"
                " JOIN restriction AS x ON x.person = k.person AND x.visible_us <= k.t) AS n"
                " WHERE nth = 1 AND kind = 'restricted' AND NOT is_lifted"
            ),
            ("knocking", "restriction"),
            "Whose data may only be kept (GDPR article 18): they begin nothing.",
            needs_rows=(
                ("knocking",),
                ("restriction",),
            ),
        ),
        _entered_step(),
    ]


def _entered_step() -> PlanStep:
    return PlanStep(
        "entered",
        Sql(
            "SELECT x.top + ROW_NUMBER() OVER (ORDER BY k.person, k.number) AS eid, k.number, k.person, k.entry_key,"
            " COALESCE(m.arm, 'treated') AS arm, CASE WHEN z.journey IS NULL THEN 'active' ELSE 'paused' END AS state,"
            " CAST(0 AS BIGINT) AS pc, FALSE AS is_waiting, k.t AS entered_us, k.t AS step_us, k.t AS since_us,"
            " CAST(NULL AS BIGINT) AS deadline_us, k.t AS due_us,"
            " (SELECT MIN(o.visible_us) FROM led_out AS o WHERE o.person = k.person AND o.number = k.number"
            " AND o.at_us > k.t) AS exit_us,"
            " CAST(NULL AS BIGINT) AS ended_us, '' AS end_reason, CAST(0 AS BIGINT) AS world, '' AS supposed"
            " FROM knocking AS k CROSS JOIN top AS x"
            " LEFT JOIN arm AS m ON m.person = k.person AND m.journey = k.journey"
            " LEFT JOIN paused AS z ON z.journey = k.journey"
            " WHERE k.turn = 1 AND k.person NOT IN (SELECT person FROM unwelcome)"
            " AND NOT EXISTS (SELECT 1 FROM enrolment AS e JOIN rule AS r ON r.number = e.number"
            " WHERE e.person = k.person AND r.journey = k.journey)"
            " AND NOT EXISTS (SELECT 1 FROM former AS f WHERE f.person = k.person AND f.journey = k.journey"
            " AND (k.reentry_us IS NULL OR f.entered_us + k.reentry_us >= k.t OR f.entry_key = k.entry_key))"
        ),
        (
            "knocking",
            "unwelcome",
            "top",
            "arm",
            "paused",
            "enrolment",
            "rule",
            "former",
            "led_out",
        ),
        "New enrolments, with their arm and with the first thing that would end them early.",
        needs_rows=(("knocking",),),
    )
