"""Understand: the shell around the engine for traits and segments; stores what it found and why."""
