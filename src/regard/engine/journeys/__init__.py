"""Journeys: people moved through compiled instructions, under one list of guardrails, all at once."""
