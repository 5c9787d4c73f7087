"""SQL over this stage's tables that later stages may read by: a table's name is written here and nowhere downstream."""

from __future__ import annotations

# Whom rows numbered (%s, %s] bear on.
TOUCHED = ("SELECT person_id FROM consent_consent WHERE seq > %s AND seq <= %s",)
LIMITED = ("SELECT person_id FROM consent_restriction WHERE seq > %s AND seq <= %s",)
# Whose words, known before, have their time in (%s, %s].
CAME_DUE = ("SELECT person_id FROM consent_consent WHERE recorded_at > %s AND recorded_at <= %s",)
LIMIT_CAME_DUE = ("SELECT person_id FROM consent_restriction WHERE at > %s AND at <= %s",)
SUPPRESSED_BETWEEN = "SELECT 1 FROM consent_suppression WHERE seq > %s AND seq <= %s LIMIT 1"
SUPPRESSION_CAME_DUE = "SELECT 1 FROM consent_suppression WHERE at > %s AND at <= %s LIMIT 1"
# What may be joined. A word never counts from later than it reached us (`said_at`); whoever asks what was known then sees
# it from when it reached us, words of a history that was imported from when they were said (`seen_at`).
_SAID = "CASE WHEN recorded_at < occurred_at THEN recorded_at ELSE occurred_at END"
CONSENT_WORDS = f"""(
    SELECT
        seq, person_id, purpose, channel, batch_id, recorded_at, occurred_at, state = 'granted' AS is_granted,
        {_SAID} AS said_at, CASE WHEN batch_id IS NULL THEN recorded_at ELSE {_SAID} END AS seen_at
    FROM consent_consent
)"""
RESTRICTIONS = "(SELECT seq, person_id, kind, lifted, at FROM consent_restriction)"
SUPPRESSIONS = """(
    SELECT seq, address_hash, scope, CASE WHEN lifted THEN 1 ELSE 0 END AS is_lifted, at FROM consent_suppression
)"""
