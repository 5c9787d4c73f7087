"""What a decision may look at, read in columns from the store."""
