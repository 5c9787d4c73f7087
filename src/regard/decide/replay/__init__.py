"""Replay: what journeys would have done over the log, by the same engine as the live run; sends nothing."""

from regard.decide.replay.what_if import Replay, Span, replay_playbook

__all__ = ["Replay", "Span", "replay_playbook"]
