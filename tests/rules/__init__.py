"""The repository's own laws."""
