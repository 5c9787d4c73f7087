"""The sample shop: a real, published order history, and over it an invented overlay that says so in the log itself.

Deterministic: the same `now` gives the same people, days and words.
"""
