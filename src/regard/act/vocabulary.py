"""What acts leave in the log, beside what steps say that they leave (playbooks/vocabulary.py)."""

from __future__ import annotations

from regard.playbooks.vocabulary import TouchpointKind

LEAVING_REASON_GIVEN = TouchpointKind("Leaving Reason Given", "Said why they left", "quote", "web", "in", "customer")

VOCABULARY = (LEAVING_REASON_GIVEN,)
