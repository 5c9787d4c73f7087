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
