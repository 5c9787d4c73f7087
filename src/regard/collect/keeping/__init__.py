"""What the log keeps and for how long: pruning, taking back, and what SQLite knows of its tables."""
