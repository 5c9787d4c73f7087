"""Outbox: every message, in every state, with what it rests on."""
