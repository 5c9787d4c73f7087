"""Promises D5 and D6 on a whole installation."""
