"""SQL over this stage's tables that later stages may read by: a table's name is written here and nowhere downstream.

Instants are microseconds, numbers are the one counter's. `(%s, %s]` is bound as (after, upto).
"""

from __future__ import annotations

PEOPLE = "SELECT id FROM identify_person"
PEOPLE_UPTO = "SELECT id FROM identify_person WHERE created_seq <= %s"
JOININGS_UPTO = "SELECT seq, kind, survivor_id, absorbed_id, undoes_id FROM identify_joining WHERE seq <= %s"
IDENTIFIERS_UPTO = "SELECT person_id, kind, value FROM identify_identifier WHERE seq <= %s"
ACCOUNTS_UPTO = "SELECT person_id, account_id FROM identify_accountmember WHERE seq <= %s ORDER BY seq"
# Whom rows numbered (%s, %s] bear on.
TOUCHED = (
    "SELECT id FROM identify_person WHERE created_seq > %s AND created_seq <= %s",
    "SELECT survivor_id FROM identify_joining WHERE seq > %s AND seq <= %s",
    "SELECT absorbed_id FROM identify_joining WHERE seq > %s AND seq <= %s",
    "SELECT person_id FROM identify_accountmember WHERE seq > %s AND seq <= %s",
)
ADDRESSED = ("SELECT person_id FROM identify_identifier WHERE seq > %s AND seq <= %s",)
# What may be joined: write `FROM {EVERYBODY} AS o`; then `WHO` is who speaks for `o` now.
EVERYBODY = "(SELECT id, survivor_id, holdout_key, created_at, created_seq FROM identify_person)"
WHO = "COALESCE(o.survivor_id, o.id)"
IDENTIFIERS = "(SELECT id, person_id, kind, value, seq, first_seen_at FROM identify_identifier)"
JOININGS = "(SELECT seq, kind, survivor_id, absorbed_id, undoes_id, evidence, at FROM identify_joining)"
ACCOUNT_MEMBERS = "(SELECT account_id, person_id, seq FROM identify_accountmember)"
