"""What the SQL of later stages may join of what was understood: runs, members of segments, and how they changed.

Write `FROM {MEMBERS} AS m`. Results of a run that is not finished are not shown (contract 10).
"""

from __future__ import annotations

RUNS = "(SELECT id, as_of FROM understand_run WHERE finished_at IS NOT NULL)"  # the finished ones
SHOWN_RUN = "(SELECT COALESCE(MAX(id), 0) FROM understand_run WHERE finished_at IS NOT NULL)"
# A change bears the instant of its run, and speaks of the person as stored: who speaks for them since is identify's.
SEGMENT_CHANGES = "(SELECT id, person_id, segment, entered, as_of, run_id FROM understand_segmentchange)"
SHOWN_MEMBER = f"since_run <= {SHOWN_RUN} AND (until_run IS NULL OR until_run > {SHOWN_RUN})"
SHOWN_MEMBERS = f"(SELECT person_id, segment, since_at FROM understand_member WHERE {SHOWN_MEMBER})"
