"""Settings: safe plumbing, on one page."""
