"""Channels: one folder a kind."""
