"""Decide: journeys under guardrails; every go and no-go is a stored row with its reason."""
