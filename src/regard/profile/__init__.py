"""Profile: what we know of a person or account, who told us, and what we promised them."""
