"""Collect: one append-only log of touchpoints, whatever the channel and whoever acted."""
