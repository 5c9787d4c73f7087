"""Audit log: who did what, when and from where; and the registry of what an export and an erasure must cover."""
