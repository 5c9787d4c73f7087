"""What this stage holds of a person."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("survey_invitations", "Surveys they were asked", "listen.SurveyInvitation"),
    Holding("answers", "What they answered", "listen.Answer"),
)
