"""What this stage holds of a person: all of it worked out, and worked out again from the log."""

from __future__ import annotations

from regard.audit_log.registry import Copy, Holding
from regard.understand.running.copy_of_log import forget_in_copy
from regard.understand.tallies import count_again

HOLDINGS = (
    Holding("standing", "What we worked out about them", "understand.Standing"),
    Holding("segments", "Segments they are in", "understand.Member"),
    Holding("segment_changes", "Segments they entered and left", "understand.SegmentChange"),
)
COPIES: tuple[Copy, ...] = (
    Copy("columnar_parts", forget_in_copy),
    Copy("segment_sizes", count_again),
)
