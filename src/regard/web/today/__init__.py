"""Today: the people and decisions that deserve a human now."""
