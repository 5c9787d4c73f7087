"""Segments by name, as a page lists them."""

from __future__ import annotations

from regard.playbooks.model import Playbook


def segment_names(playbook: Playbook | None) -> dict[str, str]:
    """Return what people call each segment of the playbook, in its order."""
    segments = playbook.segments if playbook else {}
    return {slug: s.name or slug.replace("-", " ").replace("_", " ").capitalize() for slug, s in segments.items()}
