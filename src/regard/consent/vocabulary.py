"""What consent leaves in the log."""

from __future__ import annotations

from regard.playbooks.vocabulary import TouchpointKind

CONSENT_GRANTED = TouchpointKind("Consent Granted", "Agreed", "circle-check", "web", "in", "customer")
CONSENT_WITHDRAWN = TouchpointKind("Consent Withdrawn", "Withdrew", "ban", "web", "in", "customer")
UNSUBSCRIBED = TouchpointKind("Unsubscribed", "Unsubscribed", "ban", "web", "in", "customer")

VOCABULARY = (CONSENT_GRANTED, CONSENT_WITHDRAWN, UNSUBSCRIBED)
