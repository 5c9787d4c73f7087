"""Verify: every stored cycle again, at its clock and with what was known at its number, compared row by row.

A replay (`decide/replay`) asks what would have happened and sees what was known at each *time*; this asks whether what
did happen follows from the log, and sees what was known at each cycle's *sequence number*.
"""

from regard.decide.verifying.stored import Compared, replay_stored

__all__ = ["Compared", "replay_stored"]
