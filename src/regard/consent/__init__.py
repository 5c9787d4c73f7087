"""Consent: purpose by purpose, with source, wording and proof; asked at the moment of use."""
