"""What colleagues who keep a profile leave in the log."""

from __future__ import annotations

from regard.playbooks.vocabulary import TouchpointKind

NOTE_ADDED = TouchpointKind("Note Added", "Note", "sticky-note", "staff", actor="staff")
PROMISE_MADE = TouchpointKind("Promise Made", "Promised", "handshake", "staff", actor="staff")
PROMISE_KEPT = TouchpointKind("Promise Kept", "Kept a promise", "handshake", "staff", actor="staff")
PROMISE_BROKEN = TouchpointKind("Promise Broken", "Broke a promise", "", "staff", actor="staff")
PROMISE_REOPENED = TouchpointKind("Promise Reopened", "Took back a promise's end", "", "staff", actor="staff")

VOCABULARY = (NOTE_ADDED, PROMISE_MADE, PROMISE_KEPT, PROMISE_BROKEN, PROMISE_REOPENED)
