"""Segments: groups named by a sentence, and why each person is in."""
