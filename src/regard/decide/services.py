"""What Decide does: run a cycle, judge again at the claim, keep what became of a go, steer journeys."""

from regard.decide.facts.programs import computed_playbook
from regard.decide.live.cycle import Report, run
from regard.decide.live.judging_again import Judged, Verdicts, check, record_outcome
from regard.decide.steering.acts import approve_step, let_in, let_out, pause_journey, resume_journey
from regard.decide.steering.before_publishing import Publishing, preview_publishing
from regard.decide.steering.releasing import Release, preview_release
from regard.decide.steering.to_another_version import Crossed, Crossing, crossing_of, move_people

__all__ = [
    "Crossed",
    "Crossing",
    "Judged",
    "Publishing",
    "Release",
    "Report",
    "Verdicts",
    "approve_step",
    "check",
    "computed_playbook",
    "crossing_of",
    "let_in",
    "let_out",
    "move_people",
    "pause_journey",
    "preview_publishing",
    "preview_release",
    "record_outcome",
    "resume_journey",
    "run",
]
