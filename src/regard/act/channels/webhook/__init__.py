"""Webhooks: telling another system, signed, through the one door, under an id that stays the same at every try."""
