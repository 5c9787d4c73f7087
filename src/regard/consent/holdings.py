"""What this stage holds of a person. Suppressed addresses are keyed hashes and stay."""

from __future__ import annotations

from regard.audit_log.registry import Holding

HOLDINGS = (
    Holding("consents", "What they agreed to and withdrew", "consent.Consent"),
    Holding("restrictions", "Restrictions and objections", "consent.Restriction"),
)
