"""A run: inputs laid out, computed, and what changed published."""
