"""An installation of an earlier version goes forward, and nothing of it is lost."""
