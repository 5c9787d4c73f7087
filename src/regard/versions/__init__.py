"""Versions: which playbook is active, since when, and every one before it."""
