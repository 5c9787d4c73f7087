"""Playbooks by trade, shipped in the wheel."""
