"""The pure, set-based engine: named SQL steps over columns. Only `store.py` touches duckdb and the disk."""
