"""Identify: one person behind many identifiers; every merge is explained and can be undone."""
