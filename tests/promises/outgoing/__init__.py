"""The promise of the one door out (F8), and of webhooks that verify, retry and stop (C10)."""
