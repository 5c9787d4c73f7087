"""What the log keeps and for how long: pruning, taking back, turns of processes, what SQLite knows of its tables."""
