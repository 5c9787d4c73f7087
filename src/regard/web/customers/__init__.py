"""Customers: find and compare people."""
