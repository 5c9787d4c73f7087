"""Playbooks: the typed form of the YAML in which a company says what it wants."""
