"""Journeys: what happens to people by itself, under guardrails, with every no explained."""
