"""Starting, stopping, backing up and checking a whole installation."""
