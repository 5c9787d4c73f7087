"""SQL over this stage's tables that later stages may read by: a table's name is written here and nowhere downstream."""

from __future__ import annotations

TELLINGS_UPTO = "SELECT seq, person_id, occurred_at, name, value FROM profile_fieldchange WHERE seq <= %s"
WHO_TOLD = "SELECT DISTINCT person_id FROM profile_fieldchange WHERE name = %s"
# Whom rows numbered (%s, %s] bear on.
TOUCHED = ("SELECT person_id FROM profile_fieldchange WHERE seq > %s AND seq <= %s",)
# What may be joined: the cards of today (`fields`: JSON text), and every telling of a field (`value`: JSON text or NULL).
CARDS = "(SELECT person_id, fields FROM profile_card)"
TELLINGS = "(SELECT seq, person_id, name, value, occurred_at FROM profile_fieldchange)"
