"""The cycle that runs now: who comes in, what is decided about them, and the rows that keep it."""
