"""Offers: what would fit somebody, learnt from what was really bought."""
