"""What identity takes back: people of an import that was undone, and people who are forgotten."""
