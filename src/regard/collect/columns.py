"""SQL over this stage's tables that later stages may read by: a table's name is written here and nowhere downstream."""

from __future__ import annotations

LOG = "collect_touchpoint"
# The columns of a touchpoint as the engine's log has them (engine/bench/columnar.py Row), without its properties.
LOG_COLUMNS = "seq, origin, occurred_at, name, channel, direction, actor, value_minor, currency, score_milli"
# Whom rows numbered (%s, %s] bear on.
TOUCHED = ("SELECT origin FROM collect_touchpoint WHERE seq > %s AND seq <= %s",)
RETRACTED_BETWEEN = "SELECT 1 FROM collect_retraction WHERE seq > %s AND seq <= %s LIMIT 1"
# An erased person is gone with everything published about them; an undone import leaves people behind.
RETRACTED_OF_PEOPLE_LEFT = (
    "SELECT 1 FROM collect_retraction WHERE seq > %s AND seq <= %s AND reason <> 'erased' LIMIT 1"
)
NUMBERS_UPTO = "SELECT seq FROM collect_touchpoint WHERE seq <= %s"
AS_MANY_AS = "SELECT COUNT(*) FROM (SELECT 1 FROM collect_touchpoint LIMIT %s) t"
AS_MANY_AS_AFTER = "SELECT COUNT(*) FROM (SELECT 1 FROM collect_touchpoint WHERE seq > %s LIMIT %s) t"
LAST_NUMBER = "SELECT last FROM collect_sequence WHERE id = 1"
POSITION = "SELECT position FROM collect_cursor WHERE name = %s"
# What may be joined: write `FROM {TOUCHPOINTS} AS t`. An origin is whose a touchpoint was when it came.
TOUCHPOINTS = """(
    SELECT
        seq, origin, source_id, message_id, name, occurred_at, channel, direction, actor, score_milli, value_minor,
        currency, properties
    FROM collect_touchpoint
)"""
SOURCES = "(SELECT id, kind FROM collect_source)"
