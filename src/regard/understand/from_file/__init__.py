"""A log in a file instead of the store: read by the rules of the intake, joined by those of identity. No database."""
