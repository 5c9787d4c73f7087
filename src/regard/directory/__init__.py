"""The directory: people found, narrowed, ordered and named across stages, for lists. Reads only."""
