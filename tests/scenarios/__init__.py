"""Stories through the whole loop."""
