"""Regard: a self-hosted relationship engine. Start reading at `flow.py`, the loop on one page."""

__version__ = "0.1.0"
