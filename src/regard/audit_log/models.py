"""Append-only record of what staff and keys changed, and the receipts of erasures."""

from __future__ import annotations

from django.db import models

from regard.collect.fields import InstantField, JSONTextField


class Entry(models.Model):
    """One change by a member of staff or a key. Personal data by reference only."""

    at = InstantField(db_index=True)
    by = models.CharField(max_length=80)  # "staff:<id>", "key:<prefix>", "cli"
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    before = JSONTextField(default=dict)
    after = JSONTextField(default=dict)
    origin = models.CharField(max_length=80, blank=True)  # "web", "cli", "api" and a truncated address


class ErasureReceipt(models.Model):
    """Proof that an erasure happened: counts by table, no name, no address, no unkeyed hash."""

    public_id = models.UUIDField(unique=True)
    at = InstantField()
    by = models.CharField(max_length=80)
    counts = JSONTextField(default=dict)
