"""What profiles take back: tellings past their term, and those of an import that was undone."""
