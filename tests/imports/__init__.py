"""Tests of importing, exporting and the sample."""
